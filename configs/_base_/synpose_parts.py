# Body parts of people of a SynPose folder that was rendered with generator.parts=True, one person a crop: everybody
# else is background. Boxes are the annotated ones, of what is visible.
_base_ = ['./dense_hourglass.py']

load = [dict(type=step) for step in ('LoadImage', 'LoadStencil', 'LoadParts', 'IsolatePerson')]
box = dict(_base_.box, padding=1.25)
augment = [box, _base_.jitter, dict(_base_.warp, skip_empty=True), _base_.color, _base_.pack]
crop = [box, _base_.warp, _base_.pack]
dataset = dict(type='SynPosePartsDataset', data_root='data/synpose/')

train_dataloader = dict(dataset=dict(ann_file='annotations/train.json', pipeline=[*load, *augment], **dataset))
val_dataloader = dict(dataset=dict(ann_file='annotations/val.json', test_mode=True, pipeline=[*load, *crop], **dataset))
test_dataloader = val_dataloader

# What configs of depth load instead, and where they measure pose-RMSE: at the joints of the body that SURREAL has too.
load_depth = [*load[:2], dict(type='LoadDepth'), load[3]]
limbs = ('shoulder', 'elbow', 'wrist', 'hip', 'knee', 'ankle')
body_joints = [
    'head_top',
    'neck',
    'chest',
    'pelvis',
    *(f'{side}_{limb}' for limb in limbs for side in ('left', 'right')),
]
depth_metric = dict(type='PersonDepthMetric', joints=body_joints)
