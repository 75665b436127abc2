# "Enhanced Data": people as bright as their background, and parts of them behind it.
_base_ = ['hourglass-1stack-narrow_1xb6-3e_demo-96x96.py']

enhance = [
    dict(type='LoadStencil'),
    dict(type='CenterHumanBrightness'),
    dict(type='BackgroundOcclusion', numbers='stencil_id'),  # the person of the sample
]
train_dataloader = dict(dataset=dict(pipeline=[*_base_.load, *enhance, *_base_.augment]))
work_dir = 'work_dirs/study/adapt_features/runs/hourglass-enhanced/seed0'
