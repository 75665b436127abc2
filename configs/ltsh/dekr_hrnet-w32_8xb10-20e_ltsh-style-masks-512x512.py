# D_R + D_Style + masks: restyled people as occluders only.
_base_ = ['./dekr_hrnet-w32_8xb10-20e_ltsh-style-512x512.py']

train_dataloader = dict(dataset=dict(synthetic=_base_.masked_style))
