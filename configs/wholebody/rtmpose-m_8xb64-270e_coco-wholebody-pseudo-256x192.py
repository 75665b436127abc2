# RTMPose-m, the modern alternative, on the same pseudo-labels: MMPose's config with our dataset and metric. Its last
# step of augmentation needs the package albumentations, which is not among the locked ones, and is left out.
_base_ = ['mmpose::wholebody_2d_keypoint/rtmpose/coco-wholebody/rtmpose-m_8xb64-270e_coco-wholebody-256x192.py']
custom_imports = dict(imports=['synpose'], allow_failed_imports=False)

# No checkpoint is chosen on val: the last one is used.
default_hooks = dict(checkpoint=dict(save_best=None, rule=None, max_keep_ckpts=2))
stage1, stage2 = (
    [step for step in pipeline if step['type'] != 'Albumentation']
    for pipeline in (_base_.train_pipeline, _base_.train_pipeline_stage2)
)
custom_hooks = [
    _base_.custom_hooks[0],
    dict(_base_.custom_hooks[1], switch_pipeline=stage2),
    dict(type='RandomStateHook'),
    dict(type='ResultsHook', name='val'),
]

dataset = dict(type='ColumnarCocoDataset', metainfo=dict(from_file='configs/_base_/datasets/coco_wholebody.py'))
train_dataloader = dict(
    dataset=dict(
        data_root='data/coco-pseudo/',
        ann_file='annotations/person_keypoints_train2017.json',
        pipeline=stage1,
        **dataset,
    )
)
val_dataloader = dict(dataset=dataset)
test_dataloader = val_dataloader
val_evaluator = dict(type='ParametricNMSWholeBodyMetric')
test_evaluator = val_evaluator
