# A graph network on the poses of students (SynPose, section 3.2) with ST-GCN's network and training: nine blocks,
# dropout .5, SGD. Configs that inherit from this one name data, skeleton and behaviors.
_base_ = ['mmpose::_base_/default_runtime.py']
custom_imports = dict(imports=['synpose'], allow_failed_imports=False)

# runtime
train_cfg = dict(max_epochs=80)
val_cfg = val_dataloader = val_evaluator = None  # no checkpoint is chosen on val: the last one is used
optim_wrapper = dict(optimizer=dict(type='SGD', lr=0.1, momentum=0.9, nesterov=True, weight_decay=1e-4))
param_scheduler = [dict(type='MultiStepLR', begin=0, end=80, milestones=[10, 50], gamma=0.1, by_epoch=True)]
randomness = dict(seed=0)
default_hooks = dict(logger=dict(interval=10), checkpoint=dict(max_keep_ckpts=1))
custom_hooks = [dict(type='SyncBuffersHook'), dict(type='RandomStateHook'), dict(type='ResultsHook', name='val')]

# model
skeleton = dict(from_file='configs/_base_/datasets/coco.py')
model = dict(type='SkeletonGCN', metainfo=skeleton)

# data
test_pipeline = [dict(type='NormalizePoseByBox'), dict(type='PackPoseSequence')]
train_pipeline = [
    test_pipeline[0],
    dict(type='JointJitter', sigma=0.01),
    dict(type='JointDropout', prob=0.1),
    test_pipeline[1],
]
dataset = dict(type='BehaviorPoseDataset', metainfo=skeleton, ann_file='annotations/train.json')
train_dataloader = dict(
    batch_size=64,
    num_workers=0,  # a pose takes microseconds
    drop_last=True,  # batch normalization cannot learn from one student
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(pipeline=train_pipeline, **dataset),
)
test_dataloader = dict(
    batch_size=256,
    num_workers=0,
    sampler=dict(type='DefaultSampler', shuffle=False, round_up=False),
    dataset=dict(pipeline=test_pipeline, test_mode=True, **dataset),
)
test_evaluator = dict(type='BehaviorTop1Metric')
