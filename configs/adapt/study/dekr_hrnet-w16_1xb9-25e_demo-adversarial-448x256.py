# Trained on the source set against a classifier of the neck's features: six pictures of the source in a batch, as
# without the adversary, and three of the target camera's training images, whose labels are not read.
_base_ = ['dekr_hrnet-w16_1xb6-25e_demo-448x256.py']

# The pose losses are about a hundredth of a cross-entropy: a weight of 1 would leave nothing of them.
custom_hooks = [dict(type='GradientReversalScheduleHook', schedule='dann', weight=0.01), *_base_.custom_hooks]
model = dict(
    _delete_=True,
    type='DomainAdversarialPoseEstimator',
    estimator=_base_.model,
    tap='neck',
    classifier=dict(type='DomainClassifier', in_channels=224),
)

target = dict(
    type='SynPoseImageDataset',
    data_root='data/study/target/',
    ann_files=['annotations/train.json'],
    pipeline=[*_base_.train_pipeline[:3], dict(type='PackPoseInputs')],
)
train_dataloader = dict(
    batch_size=9,
    batch_sampler=dict(type='DomainBalancedSampler', ratio=(2, 1)),
    dataset=dict(_delete_=True, type='SourceTargetDataset', source=_base_.train_dataloader.dataset, target=target),
)
work_dir = 'work_dirs/study/adapt_features/runs/adversarial/seed0'
