# OpenPose on SynPose with CrowdPose's 14 joints; 100 epochs of its 60,480 pictures are 604,800 steps.
_base_ = ['../_base_/openpose_vgg19_synpose.py']

codec = dict(_base_.codec, skeleton='crowdpose')
model = dict(head=dict(num_keypoints=14, num_limbs=15, decoder=codec))

train_pipeline = [
    dict(step, encoder=codec) if step['type'] == 'GenerateTarget' else step for step in _base_.train_pipeline
]
train_dataloader = dict(dataset=dict(type='SynPose14Dataset', pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(type='SynPose14Dataset'))
test_dataloader = val_dataloader
