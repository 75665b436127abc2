# "Adversarial": the authors' classifier of the logits; seven people of the source and three of the target in a batch.
_base_ = ['hourglass-1stack-narrow_1xb6-3e_demo-96x96.py']

param_scheduler = [dict(type='StepLR', step_size=288, gamma=0.9, by_epoch=False)]  # 3000 of 2000 there
model = dict(
    _delete_=True,
    type='DomainAdversarialPoseEstimator',
    estimator=_base_.model,
    tap='backbone',
    index='sum',
    classifier=dict(type='DomainClassifier', in_channels=14, mode='heatmap'),
)
source = _base_.train_dataloader.dataset
train_dataloader = dict(
    batch_size=10,
    batch_sampler=dict(type='DomainBalancedSampler', ratio=(7, 3)),
    dataset=dict(
        _delete_=True, type='SourceTargetDataset', source=source, target=dict(source, data_root='data/study/target/')
    ),
)
work_dir = 'work_dirs/study/adapt_features/runs/hourglass-adversarial/seed0'
