# "Adversarial" of Etheve & Remy, table 1: a classifier of the sum of the stacks' logits, its gradient reversed. 70% of
# a batch are of the source, 30% of the target: 7 and 3, where the authors draw whole batches of six from one domain or
# the other. An epoch so has six steps for the seven of "Classic". The rate falls by a tenth every 3000 steps.
_base_ = ['hourglass-1stack_1xb6-6e_synpose14-256x256.py']

param_scheduler = [dict(type='StepLR', step_size=3000, gamma=0.9, by_epoch=False)]
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
        _delete_=True, type='SourceTargetDataset', source=source, target=dict(source, data_root='data/target/')
    ),
)
