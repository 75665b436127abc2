# "Learning to Train with Synthetic Humans" (LTSH) on DEKR instead of OpenPose's network: real data (D_R: COCO here, and
# MPII there), and what configs/ltsh/ adds to it. Every row goes on from the checkpoint of one training on D_R, for as
# many iterations with as many images as any other. Samples are whole images, where the paper crops around people: each
# image of D_M has real people.
_base_ = ['dekr_hrnet-w32.py']

load_from = 'work_dirs/dekr_hrnet-w32_8xb10-140e_coco-512x512/epoch_140.pth'
max_epochs = 20  # 57 thousand images of COCO, five in a batch, on eight GPUs: 28 thousand iterations
train_cfg = dict(max_epochs=max_epochs)
optim_wrapper = dict(optimizer=dict(lr=1e-4))
param_scheduler = [
    dict(
        type='CosineAnnealingLR', begin=0, end=max_epochs, eta_min_ratio=0.02, by_epoch=True, convert_to_iter_based=True
    )
]
find_unused_parameters = True  # frozen layers

# data
real = _base_.train_dataloader.dataset
load = [dict(type='LoadImage')]
augment = _base_.train_pipeline[1:3]
target = _base_.train_pipeline[3:5]
pack = _base_.train_pipeline[-1:]
mask = [dict(type='LoadStencil'), dict(type='CarrySyntheticMask')]
plain_pipeline = _base_.train_pipeline
masked_pipeline = [*load, *mask, *augment, *target, dict(type='SyntheticLossMask', per_channel=True), *pack]

rendered = dict(type='SynPose17Dataset', ann_file='annotations/train.json', data_mode='bottomup')
rendered.update(pipeline=plain_pipeline)
synthetic = dict(rendered, data_root='data/ltsh/synthetic/')
mixed = dict(rendered, data_root='data/ltsh/mixed_coco/')
style = dict(rendered, data_root='data/ltsh/style_coco/')
masked_mixed = dict(mixed, pipeline=masked_pipeline)
masked_style = dict(style, pipeline=masked_pipeline)

# what rows with synthetic data share: half of each batch, and the first four convolutions frozen
balanced = dict(type='DomainBalancedSampler', ratio=(1, 1))
by_pitch = dict(type='TeacherGroupSampler', ratio=(1, 1), groups='camera_pitch', steps=100)
by_distance = dict(type='TeacherGroupSampler', ratio=(1, 1), groups='minimal_distance', steps=100)
teacher = dict(type='AdversarialTeacherHook', alpha=0.5, history=10, epsilon=0.1, optimizer=dict(type='Adam', lr=3e-3))
frozen_hooks = [dict(type='FrozenLayersHook', convs=4), *_base_.custom_hooks]
