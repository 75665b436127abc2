# What students do, from poses of CrowdPose's 14 joints (SynPose, table 2, Top1).
_base_ = ['skeleton-gcn_1xb64-80e_synpose17-small.py']

skeleton = dict(from_file='configs/_base_/datasets/crowdpose.py')
model = dict(metainfo=skeleton)
poses = 'work_dirs/classroom14/results/'
margins = 'data/synpose/annotations/margins14.json'  # tools/fit_margins.py --skeleton crowdpose14 writes it
dataset = dict(metainfo=skeleton, margins=margins)
train_dataloader = dict(dataset=dict(predictions=f'{poses}train/predictions.json', **dataset))
test_dataloader = dict(dataset=dict(predictions=f'{poses}test/predictions.json', **dataset))
