# Trained on the source set as CycleGAN with the identity loss translates it: the paper's second ablation.
_base_ = ['dekr_hrnet-w16_1xb6-25e_demo-448x256.py']

train_dataloader = dict(dataset=dict(data_root='data/study/adapt_look/cyclegan-identity/'))
work_dir = 'work_dirs/study/adapt_look/runs/cyclegan-identity/seed0'
