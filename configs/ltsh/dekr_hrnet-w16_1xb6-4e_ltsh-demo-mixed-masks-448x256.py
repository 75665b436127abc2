# D_R + D_M + masks: the rendered people of D_M are occluders only, no loss is theirs.
_base_ = ['./dekr_hrnet-w16_1xb6-4e_ltsh-demo-mixed-448x256.py']

train_dataloader = dict(dataset=dict(synthetic=_base_.masked_mixed))
work_dir = 'work_dirs/study/ltsh/runs/mixed-masks/seed0'
