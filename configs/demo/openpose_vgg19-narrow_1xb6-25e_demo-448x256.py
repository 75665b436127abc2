# OpenPose on the demo's pictures, with the demo's schedule: a quarter of the channels, three stages and batch
# normalization, since it starts from nothing.
_base_ = ['dekr_hrnet-w16_1xb6-25e_demo-448x256.py']

work_dir = 'work_dirs/demo-openpose'
find_unused_parameters = False

encoder = dict(type='PartAffinityFields', input_size=(448, 256), heatmap_size=(56, 32), skeleton='coco')
codec = dict(_delete_=True, **encoder)
norm_cfg = dict(type='BN')
model = dict(
    _delete_=True,
    type='CrowdPoseEstimator',
    data_preprocessor=_base_.model.data_preprocessor,
    backbone=dict(type='OpenPoseVGG', base_channels=16, out_channels=(64, 32), norm_cfg=norm_cfg),
    head=dict(
        type='PartAffinityHead',
        in_channels=32,
        num_keypoints=17,
        num_limbs=19,
        decoder=encoder,
        num_stages=3,
        stage_channels=32,
        first_channels=128,
        loss_weight=0.005,  # the schedule is Adam's
        norm_cfg=norm_cfg,
    ),
    test_cfg=dict(flip_test=True),
)

train_pipeline = [
    dict(step, encoder=encoder) if step['type'] == 'GenerateTarget' else step for step in _base_.train_pipeline
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
