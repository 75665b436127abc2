# The baseline without pictures: the mean of the training labels, of crops that are not jittered.
_base_ = ['hourglass-1stack-narrow_1xb6-3e_demo-parts-96x64.py']

max_epochs = 1
train_cfg = dict(max_epochs=max_epochs, val_interval=max_epochs + 1)
custom_hooks = _base_.custom_hooks[2:]
work_dir = 'work_dirs/study/surreal/runs/mean-parts/seed0'
model = dict(
    _delete_=True,
    type='MeanLabelEstimator',
    num_classes=15,
    label_size=(16, 24),
    target='parts',
    data_preprocessor=_base_.model.data_preprocessor,
)
train_dataloader = dict(dataset=dict(pipeline=[*_base_.load, *_base_.crop]))
