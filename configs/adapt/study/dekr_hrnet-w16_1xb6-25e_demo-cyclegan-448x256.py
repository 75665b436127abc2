# Trained on the source set as CycleGAN translates it to the target's look: the paper's first ablation.
_base_ = ['dekr_hrnet-w16_1xb6-25e_demo-448x256.py']

train_dataloader = dict(dataset=dict(data_root='data/study/adapt_look/cyclegan/'))
work_dir = 'work_dirs/study/adapt_look/runs/cyclegan/seed0'
