# D_R + D_M + masks: the rendered people of D_M are occluders only, no loss is theirs.
_base_ = ['./dekr_hrnet-w32_8xb10-20e_ltsh-mixed-512x512.py']

train_dataloader = dict(dataset=dict(synthetic=_base_.masked_mixed))
