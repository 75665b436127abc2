# D_R + D_Style: the rendered people of D_M have the look of their photo.
_base_ = ['./dekr_hrnet-w32_8xb10-20e_ltsh-real-synthetic-512x512.py']

train_dataloader = dict(dataset=dict(synthetic=_base_.style))
