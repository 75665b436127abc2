# OpenPose on COCO's 57 thousand photos of people: 100 epochs are 570,000 steps.
_base_ = ['../_base_/openpose_vgg19.py']

codec = dict(_base_.codec, skeleton='coco')
model = dict(head=dict(num_keypoints=17, num_limbs=19, decoder=codec))

train_pipeline = [
    dict(step, encoder=codec) if step['type'] == 'GenerateTarget' else step for step in _base_.train_pipeline
]
data_root = 'data/coco/'
train_dataloader = dict(
    dataset=dict(
        type='ColumnarCocoDataset',
        data_root=data_root,
        ann_file='annotations/person_keypoints_train2017.json',
        data_prefix=dict(img='train2017/'),
        pipeline=train_pipeline,
    )
)
val_dataloader = dict(
    dataset=dict(
        type='ColumnarCocoDataset',
        data_root=data_root,
        ann_file='annotations/person_keypoints_val2017.json',
        data_prefix=dict(img='val2017/'),
    )
)
test_dataloader = val_dataloader
# A person's score is the grouping's: joints and limbs, also those that are not found.
val_evaluator = dict(
    type='CrowdCocoMetric',
    ann_file=data_root + 'annotations/person_keypoints_val2017.json',
    nms_mode='none',
    score_mode='bbox',
)
test_evaluator = val_evaluator
