# Poses on the val split of a SynPose folder, scored against boxes as well as keypoints.
synpose_root = 'data/synpose/'
ann_file = synpose_root + 'annotations/val.json'
margins = synpose_root + 'annotations/margins.json'  # tools/fit_margins.py writes it from train.json
evaluator = [
    dict(type='BBoxIoUAPMetric', ann_file=ann_file),
    dict(type='BBoxIoUAPMetric', ann_file=ann_file, margins=margins, prefix='bbox_iou_margin'),
    dict(type='BBoxIoUAPMetric', ann_file=ann_file, margins=margins, source='annotation', prefix='bbox_iou_ceiling'),
    dict(type='CrowdCocoMetric', ann_file=ann_file, nms_mode='none', score_mode='keypoint'),
]
