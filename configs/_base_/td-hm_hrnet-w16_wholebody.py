# What the small top-down models of the whole-body study share: a narrow HRNet with maps of stride 4, which begins with
# the backbone of the demo's DEKR as large ones begin with ImageNet's, on a rendered set
# (configs/generate/wholebody_demo.py) that tools/convert.py coco133 made COCO-WholeBody.
# A config that inherits this says which points, how large the crops are and how long it trains.
_base_ = ['mmpose::_base_/default_runtime.py']
custom_imports = dict(imports=['synpose'], allow_failed_imports=False)

custom_hooks = [
    dict(type='SyncBuffersHook'),
    dict(type='ChannelsLastHook'),
    dict(type='RandomStateHook'),
    dict(type='ResultsHook', name='test'),
]
# No checkpoint is chosen on val: the last one is used.
default_hooks = dict(logger=dict(interval=20), checkpoint=dict(interval=1, max_keep_ckpts=2))
randomness = dict(seed=0)

train_cfg = dict(by_epoch=True)
val_cfg = dict()
test_cfg = dict()
optim_wrapper = dict(optimizer=dict(type='Adam', lr=2e-3))
param_scheduler = [
    dict(type='LinearLR', begin=0, end=100, start_factor=0.05, by_epoch=False),
    dict(type='CosineAnnealingLR', begin=0, eta_min_ratio=0.02, by_epoch=True, convert_to_iter_based=True),
]

model = dict(
    type='TopdownPoseEstimator',
    data_preprocessor=dict(
        type='PoseDataPreprocessor', mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], bgr_to_rgb=True
    ),
    backbone=dict(
        type='HRNet',
        init_cfg=dict(type='Pretrained', checkpoint='work_dirs/demo/epoch_25.pth', prefix='backbone.'),
        extra=dict(
            stage1=dict(num_modules=1, num_branches=1, block='BOTTLENECK', num_blocks=(1,), num_channels=(16,)),
            stage2=dict(num_modules=1, num_branches=2, block='BASIC', num_blocks=(2, 2), num_channels=(16, 32)),
            stage3=dict(num_modules=1, num_branches=3, block='BASIC', num_blocks=(2,) * 3, num_channels=(16, 32, 64)),
            stage4=dict(
                num_modules=1, num_branches=4, block='BASIC', num_blocks=(2,) * 4, num_channels=(16, 32, 64, 128)
            ),
        ),
    ),
    head=dict(
        type='HeatmapHead',
        in_channels=16,
        deconv_out_channels=None,
        conv_out_channels=(64,),
        conv_kernel_sizes=(1,),
        loss=dict(type='KeypointMSELoss', use_target_weight=True),
    ),
    test_cfg=dict(flip_test=True, flip_mode='heatmap', shift_heatmap=False),  # UDP's maps need no shift
)

load = [dict(type='LoadImage'), dict(type='GetBBoxCenterScale')]
augment = [
    dict(type='RandomFlip', direction='horizontal'),
    # Boxes that are derived from the body's joints lie beside and around those of the set by as much.
    dict(type='RandomBBoxTransform', shift_factor=0.2, shift_prob=0.5, scale_factor=(0.75, 1.5), rotate_factor=30),
]
data_root = 'data/study/wholebody/'
images = dict(img='images/')
train_dataloader = dict(
    batch_size=16,
    num_workers=1,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(data_root=data_root, data_mode='topdown', ann_file='coco133/train.json', data_prefix=images),
)
# Scenes that no training sees.
test_dataloader = dict(
    batch_size=32,
    num_workers=1,
    persistent_workers=True,
    drop_last=False,
    sampler=dict(type='DefaultSampler', shuffle=False, round_up=False),
    dataset=dict(
        data_root=data_root, data_mode='topdown', ann_file='coco133/test.json', data_prefix=images, test_mode=True
    ),
)
val_dataloader = test_dataloader
