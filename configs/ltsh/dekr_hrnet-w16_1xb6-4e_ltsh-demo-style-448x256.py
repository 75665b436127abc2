# D_R + D_Style: the rendered people of D_M have the look of their photo.
_base_ = ['./dekr_hrnet-w16_1xb6-4e_ltsh-demo-real-synthetic-448x256.py']

train_dataloader = dict(dataset=dict(synthetic=_base_.style))
work_dir = 'work_dirs/study/ltsh/runs/style/seed0'
