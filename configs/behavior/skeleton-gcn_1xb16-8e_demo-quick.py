# The flow of the demo's classifier in seconds: too few poses to judge anything by, and next to no bar for what fits a
# box, since a pose model trained this briefly shrinks its poses.
_base_ = ['skeleton-gcn_1xb64-30e_demo.py']

work_dir = 'work_dirs/demo-quick/behavior'
train_cfg = dict(max_epochs=8)
param_scheduler = [dict(type='LinearLR', begin=0, end=8, start_factor=1.0, end_factor=0.1, by_epoch=True)]
data_root = 'data/demo-quick/source/'
dataset = dict(data_root=data_root, margins=f'{data_root}annotations/margins.json')
train_poses = 'work_dirs/demo-quick/behavior/poses/results/train/predictions.json'
train_dataloader = dict(batch_size=16, dataset=dict(predictions=train_poses, iou_thr=0.01, **dataset))
test_dataloader = dict(dataset=dict(predictions='work_dirs/demo-quick/results/val/predictions.json', **dataset))
