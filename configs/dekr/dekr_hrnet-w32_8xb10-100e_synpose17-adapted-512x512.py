# DEKR on SynPose17 translated to the target's look (SynPose, table 2): the same labels, other pictures.
_base_ = ['dekr_hrnet-w32_8xb10-100e_synpose17-512x512.py']

train_dataloader = dict(dataset=dict(data_root='data/synpose_adapted/'))
