# D_R + D_S on OpenPose, the paper's network. Whole images on COCO and D_S, as on DEKR.
_base_ = ['../openpose/openpose_vgg19_1xb10-100e_coco-368x368.py']

load_from = 'work_dirs/openpose_vgg19_1xb10-100e_coco-368x368/epoch_100.pth'
train_cfg = dict(max_epochs=20)
param_scheduler = [
    dict(type='CosineAnnealingLR', end=20, eta_min_ratio=0.02, by_epoch=True, convert_to_iter_based=True)
]
model = dict(backbone=dict(frozen_stages=2))  # the first four convolutions
real = _base_.train_dataloader.dataset
synthetic = dict(
    type='SynPose17Dataset',
    data_root='data/ltsh/synthetic/',
    ann_file='annotations/train.json',
    data_mode='bottomup',
    pipeline=_base_.train_pipeline,
)
train_dataloader = dict(
    batch_sampler=dict(type='DomainBalancedSampler', ratio=(1, 1)),
    dataset=dict(_delete_=True, type='RealSyntheticDataset', real=real, synthetic=synthetic),
)
