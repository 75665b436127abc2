# DEKR on COCO keypoints (Geng et al., CVPR 2021; a row of SynPose, table 2), scored as COCO does. Unlike in MMPose's
# config the masks of unlabeled crowds reach the loss and a root's window grows with the map, as in DEKR's own code.
_base_ = ['../_base_/dekr_hrnet-w32.py']

val_dataloader = dict(batch_size=1)  # images of many sizes: padded to one size, their maps would change at the borders
test_dataloader = val_dataloader
