# 133 keypoints by a top-down heatmap model, trained on pseudo-labels as in "Multi-Person Full Body Pose Estimation":
# seven GPUs, Adam at 1e-3, 328 epochs. Steps and augmentation are AlphaPose's. The first 210 epochs crop annotated
# boxes; then the rate starts again, and boxes are such as a detector finds. The network is HRNet-W32 here; a config
# with another states that alone.
_base_ = [
    'mmpose::wholebody_2d_keypoint/topdown_heatmap/coco-wholebody/td-hm_hrnet-w32_8xb64-210e_coco-wholebody-256x192.py'
]
custom_imports = dict(imports=['synpose'], allow_failed_imports=False)

train_cfg = dict(max_epochs=328)
optim_wrapper = dict(optimizer=dict(lr=1e-3))
param_scheduler = [
    dict(type='MultiStepLR', milestones=[170, 200, 230, 250], gamma=0.1),
    dict(type='MultiStepLR', milestones=[210], gamma=100),  # back to 1e-3
]
auto_scale_lr = dict(base_batch_size=56)
# No checkpoint is chosen on val: the last one is used.
default_hooks = dict(checkpoint=dict(save_best=None, rule=None, max_keep_ckpts=3))

# With dict(type='WeightByKeypointScores') after GenerateTarget joints count by the confidence of their pseudo-labels.
augment = [
    dict(type='GetBBoxCenterScale'),
    dict(type='RandomFlip', direction='horizontal'),
    dict(type='RandomHalfBody', prob=0.3),
    dict(type='RandomBBoxTransform', shift_prob=0, scale_factor=(0.65, 1.35), rotate_factor=45),
    dict(type='TopdownAffine', input_size=_base_.codec.input_size),
    dict(type='GenerateTarget', encoder=_base_.codec),
    dict(type='PackPoseInputs'),
]
# tools/fit_proposals.py fits the proposals of a detector of yours; give its file as fitted=...
proposal_pipeline = [dict(type='LoadImage'), dict(type='PoseGuidedProposals'), *augment]
hooks = [dict(type='SyncBuffersHook'), dict(type='RandomStateHook'), dict(type='ResultsHook', name='val')]
custom_hooks = [*hooks, dict(type='mmdet.PipelineSwitchHook', switch_epoch=210, switch_pipeline=proposal_pipeline)]

dataset = dict(type='ColumnarCocoDataset', metainfo=dict(from_file='configs/_base_/datasets/coco_wholebody.py'))
train_dataloader = dict(
    batch_size=8,
    dataset=dict(
        data_root='data/coco-pseudo/',  # where pseudo-label_rtmpose-halpe26_hrnetv2-300w_rtmpose-hand5_coco.py writes
        ann_file='annotations/person_keypoints_train2017.json',
        pipeline=[dict(type='LoadImage'), *augment],
        **dataset,
    ),
)
val_dataloader = dict(dataset=dataset)
test_dataloader = val_dataloader
val_evaluator = dict(type='ParametricNMSWholeBodyMetric')
test_evaluator = val_evaluator
