# DEKR on CrowdPose (Geng et al., CVPR 2021; a row of SynPose, table 2), scored as CrowdPose does.
_base_ = ['../_base_/dekr_hrnet-w32.py']

train_cfg = dict(max_epochs=300, val_interval=20)
param_scheduler = [
    dict(type='LinearLR', begin=0, end=500, start_factor=0.001, by_epoch=False),
    dict(type='MultiStepLR', begin=0, end=300, milestones=[200, 260], gamma=0.1, by_epoch=True),
]

checkpoint = 'https://download.openmmlab.com/mmpose/pretrain_models/kpt_rescore_crowdpose-300c7efe.pth'
model = dict(
    head=dict(
        num_keypoints=14,
        displacement_loss=dict(loss_weight=0.004),
        rescore_cfg=dict(in_channels=59, norm_indexes=(0, 1), init_cfg=dict(checkpoint=checkpoint)),
    )
)

data_root = 'data/crowdpose/'
dataset = dict(
    data_root=data_root,
    data_prefix=dict(img='images/'),
    metainfo=dict(from_file='configs/_base_/datasets/crowdpose.py'),
)
train_pipeline = [t for t in _base_.train_pipeline if t['type'] != 'BottomupGetHeatmapMask']  # it has no outlines
train_dataloader = dict(
    dataset=dict(ann_file='annotations/mmpose_crowdpose_trainval.json', pipeline=train_pipeline, **dataset)
)
val_dataloader = dict(
    batch_size=1,  # images of many sizes: padded to one size, their maps would change at the borders
    dataset=dict(ann_file='annotations/mmpose_crowdpose_test.json', **dataset),
)
test_dataloader = val_dataloader

val_evaluator = dict(
    ann_file=data_root + 'annotations/mmpose_crowdpose_test.json',
    use_area=False,
    iou_type='keypoints_crowd',
    prefix='crowdpose',
)
test_evaluator = val_evaluator
