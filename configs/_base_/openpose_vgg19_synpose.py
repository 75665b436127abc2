# OpenPose on a SynPose folder: LTSH freezes the first four convolutions whenever synthetic people are trained on.
# Configs that inherit from this one say which joints are learned.
_base_ = ['openpose_vgg19.py', 'synpose_evaluation.py']

model = dict(backbone=dict(frozen_stages=2))

dataset = dict(data_root=_base_.synpose_root, data_prefix=dict(img='images/'))
train_dataloader = dict(dataset=dict(ann_file='annotations/train.json', **dataset))
val_dataloader = dict(dataset=dict(ann_file='annotations/val.json', **dataset))
test_dataloader = val_dataloader
# A person's score is the grouping's: joints and limbs, also those that are not found.
val_evaluator = [*_base_.evaluator[:-1], dict(_base_.evaluator[-1], score_mode='bbox')]
test_evaluator = val_evaluator
