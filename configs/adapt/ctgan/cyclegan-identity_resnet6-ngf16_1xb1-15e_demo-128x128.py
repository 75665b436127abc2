# CycleGAN with the identity loss, at the demo's size.
_base_ = ['ctgan_resnet6-ngf16_1xb1-15e_demo-128x128.py']

work_dir = 'work_dirs/cyclegan-identity-demo'
model = dict(mask_weight=0.0)
test_evaluator = dict(out_root='data/study/adapt_look/cyclegan-identity/')
