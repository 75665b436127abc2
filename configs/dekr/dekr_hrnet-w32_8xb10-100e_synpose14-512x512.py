# The paper's DEKR on SynPose with CrowdPose's 14 joints (seed 000, table 1).
_base_ = ['../_base_/dekr_hrnet-w32_synpose.py']

model = dict(head=dict(num_keypoints=14))
train_dataloader = dict(dataset=dict(type='SynPose14Dataset'))
val_dataloader = dict(dataset=dict(type='SynPose14Dataset'))
test_dataloader = val_dataloader
