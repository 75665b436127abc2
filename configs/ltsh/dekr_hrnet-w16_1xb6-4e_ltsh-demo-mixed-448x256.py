# D_R + D_M: real images, and real images to which rendered people were added, who are trained on too.
_base_ = ['./dekr_hrnet-w16_1xb6-4e_ltsh-demo-real-synthetic-448x256.py']

train_dataloader = dict(dataset=dict(synthetic=_base_.mixed))
work_dir = 'work_dirs/study/ltsh/runs/mixed/seed0'
