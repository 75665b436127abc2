# The hourglass of pixels of Etheve & Remy, "Training CNNs using synthetic images of people", on single people of a
# SynPose folder: one stack, cross-entropy over 64x64 pixels, RMSProp whose rate is halved every 2000 steps of 6.
# They train on 10,000 people, about 290 pictures of a classroom: make such a subset with tools/convert.py and give its
# folder as data_root. They name no number of epochs.
_base_ = ['mmpose::_base_/default_runtime.py']
custom_imports = dict(imports=['synpose'], allow_failed_imports=False)

custom_hooks = [
    dict(type='SyncBuffersHook'),
    dict(type='RandomStateHook'),
    dict(type='ResultsHook', name='target'),
]
# No checkpoint is chosen on val: the last one is used.
default_hooks = dict(checkpoint=dict(interval=1, max_keep_ckpts=2))

train_cfg = dict(by_epoch=True, max_epochs=6, val_interval=6)
val_cfg = dict()
test_cfg = dict()
# alpha and eps are TensorFlow's, which they train with.
optim_wrapper = dict(optimizer=dict(type='RMSprop', lr=1e-3, alpha=0.9, eps=1e-5))
param_scheduler = [dict(type='StepLR', step_size=2000, gamma=0.5, by_epoch=False)]

codec = dict(type='PixelLabel', input_size=(256, 256), heatmap_size=(64, 64))
model = dict(
    type='TopdownPoseEstimator',
    data_preprocessor=dict(
        type='PoseDataPreprocessor', mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], bgr_to_rgb=True
    ),
    backbone=dict(type='FeedbackHourglass', out_channels=14),
    head=dict(type='PixelSoftmaxHead', out_channels=14, decoder=codec),
    test_cfg=dict(flip_test=False),
)

# Theirs crop the joints and 30 px around them; here the box does, which a target has too.
load = [dict(type='LoadImage')]
augment = [
    dict(type='GetBBoxCenterScale'),
    dict(type='RandomBBoxTransform', shift_prob=0, scale_prob=0, rotate_factor=9, rotate_prob=1),
    dict(type='TopdownAffine', input_size=codec['input_size']),
    dict(type='GenerateTarget', encoder=codec),
    dict(type='PackPoseInputs'),
]
test_pipeline = [*load, augment[0], augment[2], augment[-1]]

dataset = dict(type='SynPose14Dataset', data_mode='topdown', data_prefix=dict(img='images/'))
train_dataloader = dict(
    batch_size=6,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(data_root='data/synpose/', ann_file='annotations/train.json', pipeline=[*load, *augment], **dataset),
)
val_dataloader = dict(
    batch_size=32,
    num_workers=2,
    persistent_workers=True,
    drop_last=False,
    sampler=dict(type='DefaultSampler', shuffle=False, round_up=False),
    dataset=dict(
        data_root='data/synpose/',
        ann_file='annotations/val.json',
        test_mode=True,
        pipeline=test_pipeline,
        **dataset,
    ),
)
# The target's test split, which no training ever sees.
test_dataloader = dict(val_dataloader, dataset=dict(val_dataloader['dataset'], data_root='data/target/'))
test_dataloader['dataset']['ann_file'] = 'annotations/test.json'
val_evaluator = dict(type='PDJMetric')
test_evaluator = val_evaluator
