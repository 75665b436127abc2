# D_M as the paper has it, over MPII's training photos (annotations in MMPose's form):
#   python tools/generate.py configs/generate/ltsh_mixed_mpii.py --out data/ltsh/mixed_mpii --workers -1
_base_ = ['./ltsh_mixed_coco.py']

generator = dict(annotations='data/mpii/annotations/mpii_train.json', photos='data/mpii/images', format='mpii')
