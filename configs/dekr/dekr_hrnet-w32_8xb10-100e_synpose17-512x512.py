# DEKR on SynPose with COCO's 17 joints (SynPose, table 2).
_base_ = ['../_base_/dekr_hrnet-w32_synpose.py']
