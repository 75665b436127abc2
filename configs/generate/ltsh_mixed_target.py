# D_M of the study of LTSH: people added to the target camera's training images, which stand for real photos there.
#   python tools/generate.py configs/generate/ltsh_mixed_target.py --out data/ltsh/mixed_target --workers 2
_base_ = ['./ltsh_mixed_coco.py']

generator = dict(annotations='data/study/target/annotations/train.json', photos='data/study/target/images', variants=2)
