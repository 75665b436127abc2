# OpenPose on SynPose with COCO's 17 joints; 100 epochs of its 60,480 pictures are 604,800 steps.
_base_ = ['../_base_/openpose_vgg19_synpose.py']

codec = dict(_base_.codec, skeleton='coco')
model = dict(head=dict(num_keypoints=17, num_limbs=19, decoder=codec))

train_pipeline = [
    dict(step, encoder=codec) if step['type'] == 'GenerateTarget' else step for step in _base_.train_pipeline
]
train_dataloader = dict(dataset=dict(type='SynPose17Dataset', pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(type='SynPose17Dataset'))
test_dataloader = val_dataloader
