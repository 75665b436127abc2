# MMPose's COCO DEKR on a SynPose folder, made for crowds: no cap of thirty people, no rescoring network of COCO, scored
# against boxes as well as keypoints. Configs that inherit from this one say what is learned from which data.
_base_ = ['mmpose::body_2d_keypoint/dekr/coco/dekr_hrnet-w32_8xb10-140e_coco-512x512.py']
custom_imports = dict(imports=['synpose'], allow_failed_imports=False)

custom_hooks = [
    dict(type='SyncBuffersHook'),
    dict(type='RandomStateHook'),
    dict(type='ResultsHook', name='val'),
]
# No checkpoint is chosen on val: the last one is used.
default_hooks = dict(checkpoint=dict(save_best=None, rule=None, max_keep_ckpts=2))

model = dict(
    head=dict(rescore_cfg=None, decoder=dict(decode_max_instances=300)),
    test_cfg=dict(max_num_people=300),
)
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
