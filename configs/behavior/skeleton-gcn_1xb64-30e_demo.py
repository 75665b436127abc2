# What the demo's students do, from the poses that its DEKR predicts; tested on held-out scenes.
_base_ = ['../_base_/skeleton-gcn_demo.py']

work_dir = 'work_dirs/demo/behavior'
data_root = 'data/demo/source/'
dataset = dict(data_root=data_root, margins=f'{data_root}annotations/margins.json')
train_poses = 'work_dirs/demo/behavior/poses/results/train/predictions.json'
train_dataloader = dict(dataset=dict(predictions=train_poses, **dataset))
test_dataloader = dict(
    dataset=dict(
        ann_file='annotations/val.json',
        disjoint_from='annotations/train.json',
        predictions='work_dirs/demo/results/val/predictions.json',
        **dataset,
    )
)
