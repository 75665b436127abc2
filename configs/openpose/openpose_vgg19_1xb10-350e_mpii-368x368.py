# LTSH's D_R: OpenPose on MPII's photos, tested on 343 groups of close people whose photos are left out of the training.
# 350 epochs of 17 thousand photos are about 600,000 steps.
#   python tools/split_mpii.py mpii_human_pose_v1_u12_1.mat --images images --out data/mpii_groups
_base_ = ['../_base_/openpose_vgg19.py']

train_cfg = dict(max_epochs=350, val_interval=350)

data_root = 'data/mpii_groups/'
dataset = dict(
    type='ColumnarCocoDataset',
    metainfo=dict(from_file='configs/_base_/datasets/mpii.py'),
    data_root=data_root,
    data_prefix=dict(img='images/'),
)
train_dataloader = dict(dataset=dict(ann_file='annotations/train.json', **dataset))
val_dataloader = dict(dataset=dict(ann_file='annotations/val.json', **dataset))
test_dataloader = val_dataloader
val_evaluator = dict(type='MPIIMultiPersonMetric', ann_file=data_root + 'annotations/val.json')
test_evaluator = val_evaluator
