# The hourglass of Varol et al., "Learning from Synthetic Humans" (2017), and their code: eight stacks of 256 features
# that class a crop's pixels, cross-entropy on each stack, RMSProp, batches of six, 30 x 2000 steps without decay. Here
# for body parts; configs of depth exchange head, labels and metric.
_base_ = ['mmpose::_base_/default_runtime.py']
custom_imports = dict(imports=['synpose'], allow_failed_imports=False)

custom_hooks = [
    dict(type='SyncBuffersHook'),
    dict(type='RandomStateHook'),
    dict(type='ResultsHook', name='test'),
    dict(type='LabelSheetHook', name='test'),
]
# No checkpoint is chosen on val: the last one is used.
default_hooks = dict(checkpoint=dict(by_epoch=False, interval=2000, max_keep_ckpts=2))
log_processor = dict(by_epoch=False)

train_cfg = dict(by_epoch=False, max_iters=60000, val_interval=60000)
val_cfg = dict()
test_cfg = dict()
optim_wrapper = dict(optimizer=dict(type='RMSprop', lr=1e-3, alpha=0.99, eps=1e-8))
param_scheduler = []

# The code subtracts a mean color and divides by its own deviation, in a file we did not read; these are ImageNet's.
model = dict(
    type='DenseLabelEstimator',
    data_preprocessor=dict(
        type='PoseDataPreprocessor', mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], bgr_to_rgb=True
    ),
    backbone=dict(type='FeedbackHourglass', out_channels=15, num_stacks=8),
    head=dict(type='DensePixelHead', num_classes=15),
)

# Steps that pipelines are made of. The code crops 200/240 of its widened box.
box = dict(type='GetBBoxCenterScale', padding=200 / 240)
jitter = dict(type='RandomNormalBBoxTransform', scale_factor=0.25, rotate_factor=30, rotate_prob=0.4)
warp = dict(type='WarpDenseLabels', input_size=(256, 256), label_size=(64, 64))
color = dict(type='RandomChannelScale', factors=(0.6, 1.4))
pack = dict(type='PackPoseInputs', pack_transformed=True)

workers = dict(num_workers=4, persistent_workers=True)
train_dataloader = dict(batch_size=6, sampler=dict(type='InfiniteSampler', shuffle=True), **workers)
val_dataloader = dict(
    batch_size=16, drop_last=False, sampler=dict(type='DefaultSampler', shuffle=False, round_up=False), **workers
)
test_dataloader = val_dataloader
val_evaluator = dict(type='PartSegmentationMetric')
test_evaluator = val_evaluator
