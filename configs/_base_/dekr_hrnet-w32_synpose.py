# DEKR on a SynPose folder: without COCO's rescoring network, scored against boxes as well as keypoints. Configs that
# inherit from this one say which joints are learned from which data.
_base_ = ['dekr_hrnet-w32.py']

model = dict(head=dict(rescore_cfg=None))
find_unused_parameters = False

# 100 epochs as the paper; it names no milestones, so the COCO schedule's are kept in proportion.
train_cfg = dict(max_epochs=100)
param_scheduler = [
    dict(type='LinearLR', begin=0, end=500, start_factor=0.001, by_epoch=False),
    dict(type='MultiStepLR', begin=0, end=100, milestones=[64, 86], gamma=0.1, by_epoch=True),
]

data_root = 'data/synpose/'
dataset = dict(type='SynPose17Dataset', data_root=data_root, data_prefix=dict(img='images/'))
train_dataloader = dict(dataset=dict(ann_file='annotations/train.json', **dataset))
val_dataloader = dict(dataset=dict(ann_file='annotations/val.json', **dataset))
test_dataloader = val_dataloader

ann_file = data_root + 'annotations/val.json'
margins = data_root + 'annotations/margins.json'  # tools/fit_margins.py writes it from train.json
val_evaluator = [
    dict(type='BBoxIoUAPMetric', ann_file=ann_file),
    dict(type='BBoxIoUAPMetric', ann_file=ann_file, margins=margins, prefix='bbox_iou_margin'),
    dict(type='BBoxIoUAPMetric', ann_file=ann_file, margins=margins, source='annotation', prefix='bbox_iou_ceiling'),
    dict(type='CrowdCocoMetric', ann_file=ann_file, nms_mode='none', score_mode='keypoint'),
]
test_evaluator = val_evaluator
