# MMPose's COCO DEKR with synpose's parts, made for crowds: annotations opened in a blink, targets without loops, no cap
# of thirty people, batches and several scales at test. Configs that inherit from this one name data and schedule.
_base_ = ['mmpose::body_2d_keypoint/dekr/coco/dekr_hrnet-w32_8xb10-140e_coco-512x512.py']
custom_imports = dict(imports=['synpose'], allow_failed_imports=False)

custom_hooks = [
    dict(type='ChannelsLastHook'),
    dict(type='SyncBuffersHook'),
    dict(type='RandomStateHook'),
    dict(type='ResultsHook', name='val'),
]
# No checkpoint is chosen on val: the last one is used.
default_hooks = dict(checkpoint=dict(save_best=None, rule=None, max_keep_ckpts=2))

codec = dict(_base_.codec, type='FastSPR', decode_max_instances=300)
model = dict(
    type='CrowdPoseEstimator',
    data_preprocessor=dict(type='PyramidDataPreprocessor'),  # pads the images of a batch to one size
    head=dict(type='CrowdDEKRHead', adaptive_pooling=True, decoder=codec),
    test_cfg=dict(max_num_people=300),
)

train_pipeline = [
    dict(type='LoadImage'),
    dict(type='BottomupRandomAffine', input_size=codec['input_size']),
    dict(type='RandomFlip', direction='horizontal'),
    dict(type='GenerateTarget', encoder=codec),
    dict(type='BottomupGetHeatmapMask'),
    dict(type='PackCrowdInputs'),
]
val_pipeline = [*_base_.val_pipeline[:-1], dict(_base_.val_pipeline[-1], type='PackCrowdInputs')]

train_dataloader = dict(dataset=dict(type='ColumnarCocoDataset', pipeline=train_pipeline))
val_dataloader = dict(
    batch_size=8,
    num_workers=2,
    dataset=dict(type='ColumnarCocoDataset', pipeline=val_pipeline),
)
test_dataloader = val_dataloader
