# DEKR on a SynPose folder: without COCO's rescoring network, scored against boxes as well as keypoints. Configs that
# inherit from this one say which joints are learned from which data.
_base_ = ['dekr_hrnet-w32.py', 'synpose_evaluation.py']

model = dict(head=dict(rescore_cfg=None))
find_unused_parameters = False

# 100 epochs as the paper; it names no milestones, so the COCO schedule's are kept in proportion.
train_cfg = dict(max_epochs=100)
param_scheduler = [
    dict(type='LinearLR', begin=0, end=500, start_factor=0.001, by_epoch=False),
    dict(type='MultiStepLR', begin=0, end=100, milestones=[64, 86], gamma=0.1, by_epoch=True),
]

data_root = _base_.synpose_root
dataset = dict(type='SynPose17Dataset', data_root=data_root, data_prefix=dict(img='images/'))
train_dataloader = dict(dataset=dict(ann_file='annotations/train.json', **dataset))
val_dataloader = dict(dataset=dict(ann_file='annotations/val.json', **dataset))
test_dataloader = val_dataloader

val_evaluator = _base_.evaluator
test_evaluator = val_evaluator
