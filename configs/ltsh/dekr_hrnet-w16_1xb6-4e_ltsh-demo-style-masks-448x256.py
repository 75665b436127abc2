# D_R + D_Style + masks: restyled people as occluders only.
_base_ = ['./dekr_hrnet-w16_1xb6-4e_ltsh-demo-style-448x256.py']

train_dataloader = dict(dataset=dict(synthetic=_base_.masked_style))
work_dir = 'work_dirs/study/ltsh/runs/style-masks/seed0'
