# CTGAN at the papers' sizes: a ResNet generator with nine blocks, 70x70 patches, Adam at 2e-4, batches of one, 100
# epochs at that rate and 100 down to zero. Trained by tools/train.py; as a test, it translates a dataset folder.
_base_ = ['mmpose::_base_/default_runtime.py']
custom_imports = dict(imports=['synpose'], allow_failed_imports=False)

# runtime
max_epochs = 200
train_cfg = dict(by_epoch=True, max_epochs=max_epochs, val_interval=max_epochs + 1)
val_cfg = None
test_cfg = dict(type='DatasetJobLoop')
optim_wrapper = dict(
    constructor='TranslatorOptimWrapperConstructor',
    optimizer=dict(type='Adam', lr=2e-4, betas=(0.5, 0.999)),
)
param_scheduler = [
    # Zero is reached after the last epoch, not in it.
    dict(type='LinearLR', start_factor=1.0, end_factor=0.0, begin=max_epochs // 2, end=max_epochs + 1, by_epoch=True)
]
randomness = dict(seed=0)
default_hooks = dict(
    logger=dict(interval=50),
    checkpoint=dict(interval=1, save_best=None, max_keep_ckpts=2),
)
custom_hooks = [
    dict(type='ImagePoolHook'),
    dict(type='RandomStateHook'),
    dict(type='TranslationSheetHook', interval=500),
]
# Each generator and each discriminator is wrapped for itself when several processes train.
model_wrapper_cfg = dict(type='MMSeparateDistributedDataParallel', broadcast_buffers=False)

# model
model = dict(
    type='CTGAN',
    generator=dict(type='ResnetGenerator', base_channels=64, num_blocks=9),
    discriminator=dict(type='PatchDiscriminator', base_channels=64),
    cycle_weight=10.0,
    identity_weight=10.0,
    mask_weight=1.0,
)

# data
source_root = 'data/synpose/'
target_root = 'data/photos/'
crop_size = (256, 256)
source_pipeline = [
    dict(type='LoadImage'),
    dict(type='LoadStencil'),
    dict(type='RandomImageCrop', size=crop_size),
    dict(type='RandomImageFlip'),
    dict(type='PackTranslationInputs'),
]
target_pipeline = [
    dict(type='LoadPhoto'),
    dict(type='RandomImageScale', short_side=(1080, 1080)),  # people as large in a crop as the source's
    dict(type='RandomImageCrop', size=crop_size),
    dict(type='RandomImageFlip'),
    dict(type='PackTranslationInputs', key='target'),
]
job_pipeline = [dict(type='LoadImage'), dict(type='PackTranslationInputs')]
train_dataloader = dict(
    batch_size=1,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='UnpairedImageDataset',
        source=dict(type='SynPoseImageDataset', data_root=source_root, pipeline=source_pipeline),
        target=dict(type='PhotoDataset', data_root=target_root, pipeline=target_pipeline),
    ),
)
val_dataloader = None
val_evaluator = None
ann_files = ['annotations/train.json']
test_dataloader = dict(
    batch_size=1,
    num_workers=1,
    dataset=dict(type='SynPoseImageDataset', data_root=source_root, ann_files=ann_files, pipeline=job_pipeline),
)
test_evaluator = dict(
    type='TranslatedDatasetWriter',
    data_root=source_root,
    ann_files=ann_files,
    out_root='data/synpose_adapted/',
)
