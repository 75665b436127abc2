# Trained on the source set as the full CTGAN translates it: CycleGAN with the identity and the stencil-mask loss.
_base_ = ['dekr_hrnet-w16_1xb6-25e_demo-448x256.py']

train_dataloader = dict(dataset=dict(data_root='data/study/adapt_look/ctgan/'))
work_dir = 'work_dirs/study/adapt_look/runs/ctgan/seed0'
