# The graph network on the poses of the studies' DEKR, tested on held-out scenes: what every row of the study inherits.
_base_ = ['../skeleton-gcn_1xb64-30e_demo.py']

work_dir = 'work_dirs/study/behavior/runs/gcn/seed0'
poses = 'work_dirs/study/behavior/poses/results/'
train_dataloader = dict(dataset=dict(predictions=f'{poses}train/predictions.json'))
test_dataloader = dict(dataset=dict(predictions=f'{poses}val/predictions.json'))
