# D_S of "Learning to Train with Synthetic Humans" (section 3.2): crowds over photos of places without people.
# The paper has no number of images that we could quote; this is enough to train on. Give it your photos:
#   python tools/generate.py configs/generate/ltsh_synthetic.py --out data/ltsh/synthetic --workers -1 \
#       --cfg-options generator.photos=data/places
# Photos with people are rejected by the paper's kind of detector; MMDetection's own weights are loaded, or those of a
# path you give. For photos that surely show nobody: generator.detector=None
_base_ = ['./_base_/ltsh_crowd.py']

generator = dict(
    type='SyntheticCrowdGenerator',
    seed=2019,
    images=dict(train=15000, val=1000),
    photos='data/places',
    detector=dict(
        config='mmdet::mask_rcnn/mask-rcnn_r50_fpn_2x_coco.py',
        checkpoint='https://download.openmmlab.com/mmdetection/v2.0/mask_rcnn/mask_rcnn_r50_fpn_2x_coco/'
        'mask_rcnn_r50_fpn_2x_coco_bbox_mAP-0.392__segm_mAP-0.354_20200505_003907-3e542a40.pth',
    ),
)
