# The paper's first ablation: CycleGAN alone.
_base_ = ['ctgan_resnet9_1xb1-200e_synpose-256x256.py']

work_dir = 'work_dirs/cyclegan'
model = dict(identity_weight=0.0, mask_weight=0.0)
test_evaluator = dict(out_root='data/synpose_cyclegan/')
