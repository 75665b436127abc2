# LTSH small enough for a CPU core: the demo's DEKR. "Real" (D_R) is the target camera's training split, which is
# generated too, with another look; its labels are used. D_S are the demo's classrooms, D_M rendered people in images of
# the target camera. Every row goes on from one training on D_R alone, for 256 iterations with six images.
_base_ = ['../demo/dekr_hrnet-w16_1xb6-25e_demo-448x256.py']

load_from = 'work_dirs/study/ltsh/init/epoch_24.pth'
max_epochs = 4  # of 64 batches with three of the 192 images of the target camera
train_cfg = dict(max_epochs=max_epochs, val_begin=max_epochs + 1)  # not even at the end
optim_wrapper = dict(optimizer=dict(lr=1e-3))
param_scheduler = [
    dict(type='LinearLR', begin=0, end=20, start_factor=0.05, by_epoch=False),
    dict(
        type='CosineAnnealingLR', begin=0, end=max_epochs, eta_min_ratio=0.02, by_epoch=True, convert_to_iter_based=True
    ),
]
custom_hooks = [
    dict(type='Float32PrecisionHook'),
    *_base_.custom_hooks[:-1],
    dict(type='ResultsHook', name='target'),
]
frozen_hooks = [dict(type='FrozenLayersHook', convs=4), *custom_hooks]

# data
load = [dict(type='LoadImage')]
augment = _base_.train_pipeline[1:4]  # flip, affine transform, targets
pack = [dict(type='PackCrowdInputs')]
mask = [dict(type='LoadStencil'), dict(type='CarrySyntheticMask')]
plain_pipeline = [*load, *augment, *pack]
masked_pipeline = [*load, *mask, *augment, dict(type='SyntheticLossMask', per_channel=True), *pack]

rendered = dict(_base_.train_dataloader.dataset, pipeline=plain_pipeline)
real = dict(rendered, data_root='data/study/target/')
synthetic = dict(rendered, data_root='data/demo/source/')
mixed = dict(rendered, data_root='data/ltsh/mixed_target/')
style = dict(rendered, data_root='data/ltsh/style_target/')
masked_mixed = dict(mixed, pipeline=masked_pipeline)
masked_style = dict(style, pipeline=masked_pipeline)

train_dataloader = dict(dataset=real)
test_labels = 'data/study/target/annotations/test.json'
test_dataloader = dict(dataset=dict(data_root='data/study/target/', ann_file='annotations/test.json'))
test_evaluator = [
    *[{**metric, 'ann_file': test_labels} for metric in _base_.val_evaluator],
    dict(type='VisibilityAPMetric', ann_file=test_labels, nms_mode='none', score_mode='keypoint'),
    dict(  # the paper's tables; the model has the joints of a face where MPII has head top and neck
        type='MPIIMultiPersonMetric',
        ann_file=test_labels,
        head_size=['head_top', 'neck'],
        groups=dict(
            Head=['nose', 'left_eye', 'right_eye', 'left_ear', 'right_ear'],
            Sho=['left_shoulder', 'right_shoulder'],
            Elb=['left_elbow', 'right_elbow'],
            Wri=['left_wrist', 'right_wrist'],
            Hip=['left_hip', 'right_hip'],
            Kne=['left_knee', 'right_knee'],
            Ank=['left_ankle', 'right_ankle'],
        ),
    ),
]

# what rows with synthetic data share: half of each batch, and the first four convolutions frozen
balanced = dict(type='DomainBalancedSampler', ratio=(1, 1))
by_pitch = dict(type='TeacherGroupSampler', ratio=(1, 1), groups='camera_pitch', steps=4)  # 64 draws
by_distance = dict(
    type='TeacherGroupSampler',
    ratio=(1, 1),
    groups=dict(field='minimal_distance', edges=list(range(0, 201, 20))),  # px; the paper's images are larger
    steps=4,
)
teacher = dict(type='AdversarialTeacherHook', alpha=0.5, history=10, epsilon=0.1, optimizer=dict(type='Adam', lr=1e-2))
