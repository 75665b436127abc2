# CTGAN narrow enough for two CPU cores, from the demo's rooms to the studies' target camera. One halving of the
# resolution instead of two: 16 channels would blur what eight pixels of a face hold.
_base_ = ['../../_base_/ctgan.py']

# runtime
work_dir = 'work_dirs/ctgan-demo'
max_epochs = 15
train_cfg = dict(max_epochs=max_epochs, val_interval=max_epochs + 1)
param_scheduler = [
    dict(type='LinearLR', start_factor=1.0, end_factor=0.0, begin=max_epochs // 2, end=max_epochs + 1, by_epoch=True)
]
custom_hooks = [dict(type='Float32PrecisionHook'), *_base_.custom_hooks]

# model
model = dict(
    generator=dict(base_channels=16, num_blocks=6, num_downsamples=1),
    discriminator=dict(base_channels=16),
)

# data
source_root = 'data/demo/source/'
crop = dict(type='RandomImageCrop', size=(128, 128))
train_dataloader = dict(
    num_workers=0,  # resumed exactly
    persistent_workers=False,
    dataset=dict(
        source=dict(data_root=source_root, pipeline=[*_base_.source_pipeline[:2], crop, *_base_.source_pipeline[3:]]),
        target=dict(
            _delete_=True,
            type='SynPoseImageDataset',
            data_root='data/study/target/',
            ann_files=['annotations/train.json'],
            pipeline=[_base_.source_pipeline[0], crop, *_base_.target_pipeline[3:]],
        ),
    ),
)
test_dataloader = dict(dataset=dict(data_root=source_root))
test_evaluator = dict(data_root=source_root, out_root='data/study/adapt_look/ctgan/')
