# Trained on the source set in the colors of the target camera: no network, nothing trained.
_base_ = ['dekr_hrnet-w16_1xb6-25e_demo-448x256.py']

train_dataloader = dict(dataset=dict(data_root='data/study/adapt_look/stylized/'))
work_dir = 'work_dirs/study/adapt_look/runs/stylized/seed0'
