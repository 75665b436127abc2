# DEKR on SynPose with COCO's 17 joints (SynPose, table 2). The paper's row has as many training images as COCO: make
# such a subset with tools/convert.py and give its folder as train_dataloader.dataset.data_root.
_base_ = ['../_base_/dekr_hrnet-w32_synpose.py']
