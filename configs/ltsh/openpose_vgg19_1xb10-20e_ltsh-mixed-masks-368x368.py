# D_R + D_M + masks on OpenPose: the rendered people of D_M are occluders only, no loss is theirs.
_base_ = ['./openpose_vgg19_1xb10-20e_ltsh-mixed-368x368.py']

load, *augment, pack = _base_.synthetic.pipeline
mask = [dict(type='LoadStencil'), dict(type='CarrySyntheticMask')]
masked_pipeline = [load, *mask, *augment, dict(type='SyntheticLossMask', per_channel=True), pack]
train_dataloader = dict(dataset=dict(synthetic=dict(pipeline=masked_pipeline)))
