# Whole-body labels for a COCO keypoint dataset, by tools/adapt.py: pictures and 17 joints in, COCO-WholeBody out. The
# configs of wholebody/ state which models are the teachers.
_base_ = ['dataset_job.py']

source_root = 'data/coco/'
ann_files = ['annotations/person_keypoints_train2017.json']
data_prefix = dict(img='train2017/')
model = dict(type='WholeBodyPseudoLabeler', chunk_size=64)
pipeline = [
    dict(type='LoadImage'),
    dict(type='PackPoseInputs', meta_keys=('file_name', 'img_id', 'img_path', 'ori_shape', 'people')),
]
test_dataloader = dict(
    batch_size=32,
    num_workers=4,
    dataset=dict(
        type='PeopleImageDataset',
        data_root=source_root,
        ann_files=ann_files,
        data_prefix=data_prefix,
        pipeline=pipeline,
    ),
)
test_evaluator = dict(
    type='PseudoLabelWriter',
    data_root=source_root,
    ann_files=ann_files,
    data_prefix=data_prefix,
    out_root=None,
    rejected=None,
)
