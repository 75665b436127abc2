# The demo's DEKR: the paper's algorithm on a narrow HRNet with maps of stride 8, small enough for two CPU cores.
_base_ = ['../_base_/dekr_hrnet-w32_synpose.py']

# runtime
max_epochs = 25
train_cfg = dict(max_epochs=max_epochs, val_interval=max_epochs + 1)  # tested once, by tools/test.py
optim_wrapper = dict(optimizer=dict(lr=2e-3), clip_grad=dict(max_norm=10))
param_scheduler = [
    dict(type='LinearLR', begin=0, end=100, start_factor=0.05, by_epoch=False),
    dict(
        type='CosineAnnealingLR', begin=0, end=max_epochs, eta_min_ratio=0.02, by_epoch=True, convert_to_iter_based=True
    ),
]
randomness = dict(seed=0)
default_hooks = dict(logger=dict(interval=10), checkpoint=dict(interval=1, max_keep_ckpts=2))
work_dir = 'work_dirs/demo'

# model
codec = dict(
    type='FastSPR',
    input_size=(448, 256),
    heatmap_size=(56, 32),
    sigma=(2, 1.5),
    minimal_diagonal_length=2,
    generate_keypoint_heatmaps=True,
    decode_max_instances=300,
)
model = dict(
    backbone=dict(
        extra=dict(
            stage1=dict(num_blocks=(1,), num_channels=(16,)),
            stage2=dict(num_blocks=(2, 2), num_channels=(16, 32)),
            stage3=dict(num_modules=1, num_blocks=(2, 2, 2), num_channels=(16, 32, 64)),
            stage4=dict(num_modules=1, num_blocks=(2, 2, 2, 2), num_channels=(16, 32, 64, 128)),
        ),
        init_cfg=None,
    ),
    neck=dict(select_index=(1, 2, 3)),  # strides 8, 16 and 32; the last fusion at stride 4 is not used
    head=dict(
        in_channels=224,
        num_displacement_filters_per_keypoint=6,
        displacement_loss=dict(loss_weight=0.5),
        decoder=codec,
        # From scratch: MMPose's standard deviation of 0.001 suits a head on a pretrained backbone.
        init_cfg=[
            dict(type='Normal', layer=['Conv2d'], std=0.01),
            dict(type='Constant', layer='BatchNorm2d', val=1),
        ],
    ),
)

find_unused_parameters = True

# data
data_root = 'data/demo/source/'
train_pipeline = [
    dict(type='LoadImage'),
    # Before the affine transform: RandomFlip takes input_size (w, h) for (h, w) on images that are not square.
    dict(type='RandomFlip', direction='horizontal'),
    dict(type='BottomupRandomAffine', input_size=codec['input_size'], rotate_factor=10, shift_factor=0.1),
    dict(type='GenerateTarget', encoder=codec),
    dict(type='PackPoseInputs'),
]
test_pipeline = [
    dict(type='LoadImage'),
    dict(type='BottomupResize', input_size=codec['input_size'], size_factor=32, resize_mode='expand'),
    _base_.val_pipeline[2],
]
train_dataloader = dict(
    batch_size=6,
    num_workers=1,
    dataset=dict(data_root=data_root, pipeline=train_pipeline),
)
val_dataloader = dict(dataset=dict(data_root=data_root, pipeline=test_pipeline))
test_dataloader = val_dataloader

ann_file = data_root + 'annotations/val.json'
margins = data_root + 'annotations/margins.json'
val_evaluator = [
    {**metric, 'ann_file': ann_file, **({'margins': margins} if 'margins' in metric else {})}
    for metric in _base_.val_evaluator
]
test_evaluator = val_evaluator
