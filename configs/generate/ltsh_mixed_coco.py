# D_M of "Learning to Train with Synthetic Humans" (section 3.3) over COCO's training photos:
#   python tools/generate.py configs/generate/ltsh_mixed_coco.py --out data/ltsh/mixed_coco --workers -1
_base_ = ['./_base_/ltsh_crowd.py']

generator = dict(
    type='MixedCrowdGenerator',
    seed=2019,
    annotations='data/coco/annotations/person_keypoints_train2017.json',
    photos='data/coco/train2017',
    format='coco',
)
