# D_R + D_M: real images, and real images to which rendered people were added, who are trained on too.
_base_ = ['./dekr_hrnet-w32_8xb10-20e_ltsh-real-synthetic-512x512.py']

train_dataloader = dict(dataset=dict(synthetic=_base_.mixed))
