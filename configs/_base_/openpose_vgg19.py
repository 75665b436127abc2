# OpenPose of Cao et al. (CVPR 2017), the network of LTSH ("Learning to Train with Synthetic Humans"): ten layers of
# VGG-19, six stages. LTSH's training "differs only slightly" from Cao's and its details are not published, so this is
# the solver of Cao's Caffe code: 600,000 steps of ten crops of 368x368. Configs that inherit from this one name data,
# joints and the number of epochs.
_base_ = ['mmpose::_base_/default_runtime.py']
custom_imports = dict(imports=['synpose'], allow_failed_imports=False)

custom_hooks = [
    dict(type='SyncBuffersHook'),
    dict(type='RandomStateHook'),
    dict(type='ResultsHook', name='val'),
]
# No checkpoint is chosen on val: the last one is used.
default_hooks = dict(checkpoint=dict(interval=1, max_keep_ckpts=2))

num_stages = 6
train_cfg = dict(by_epoch=True, max_epochs=100, val_interval=10)
val_cfg = dict()
test_cfg = dict()
optim_wrapper = dict(
    optimizer=dict(type='SGD', lr=4e-5, momentum=0.9, weight_decay=5e-4),
    # Stages after the first learn four times as fast, and biases twice, without decay. MMEngine does not let both hold
    # for one weight: biases of later stages are like their weights here, where Cao's code has eight times and no decay.
    paramwise_cfg=dict(
        bias_lr_mult=2,
        bias_decay_mult=0,
        custom_keys={f'head.stages.{stage}.': dict(lr_mult=4) for stage in range(1, num_stages)},
    ),
)
param_scheduler = [dict(type='StepLR', step_size=136106, gamma=0.333, by_epoch=False)]

codec = dict(type='PartAffinityFields', input_size=(368, 368), heatmap_size=(46, 46), skeleton='mpii')
model = dict(
    type='CrowdPoseEstimator',
    data_preprocessor=dict(
        type='PyramidDataPreprocessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        bgr_to_rgb=True,
    ),
    backbone=dict(
        type='OpenPoseVGG',
        init_cfg=[dict(type='Normal', layer='Conv2d', std=0.01), dict(type='Pretrained', checkpoint='mmcls://vgg19')],
    ),
    head=dict(
        type='PartAffinityHead',
        in_channels=128,
        num_keypoints=16,
        num_limbs=15,
        num_stages=num_stages,
        decoder=codec,
    ),
    test_cfg=dict(flip_test=True),
)

train_pipeline = [
    dict(type='LoadImage'),
    dict(type='BottomupRandomAffine', input_size=codec['input_size'], rotate_factor=40),
    dict(type='RandomFlip', direction='horizontal'),
    dict(type='GenerateTarget', encoder=codec),
    dict(type='BottomupGetHeatmapMask'),
    dict(type='PackCrowdInputs'),
]
val_pipeline = [
    dict(type='LoadImage'),
    dict(type='BottomupResize', input_size=codec['input_size'], size_factor=8, resize_mode='expand'),
    dict(type='PackCrowdInputs'),
]
train_dataloader = dict(
    batch_size=10,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(data_mode='bottomup', pipeline=train_pipeline),
)
val_dataloader = dict(
    batch_size=8,
    num_workers=2,
    persistent_workers=True,
    drop_last=False,
    sampler=dict(type='DefaultSampler', shuffle=False, round_up=False),
    dataset=dict(data_mode='bottomup', test_mode=True, pipeline=val_pipeline),
)
test_dataloader = val_dataloader
