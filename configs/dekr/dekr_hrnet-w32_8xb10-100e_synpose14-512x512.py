# DEKR on SynPose with CrowdPose's 14 joints (SynPose, table 2; there with as many images as CrowdPose, see synpose17).
# Its margins are fitted with --skeleton crowdpose14.
_base_ = ['../_base_/dekr_hrnet-w32_synpose.py']

model = dict(head=dict(num_keypoints=14))
train_dataloader = dict(dataset=dict(type='SynPose14Dataset'))
val_dataloader = dict(dataset=dict(type='SynPose14Dataset'))
test_dataloader = val_dataloader

val_evaluator = [
    {**metric, 'margins': 'data/synpose/annotations/margins14.json'} if 'margins' in metric else metric
    for metric in _base_.val_evaluator
]
test_evaluator = val_evaluator
