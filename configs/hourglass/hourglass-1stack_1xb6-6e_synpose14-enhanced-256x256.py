# "Enhanced Data" of Etheve & Remy, table 1: people as bright as their background, and parts of them behind it.
_base_ = ['hourglass-1stack_1xb6-6e_synpose14-256x256.py']

enhance = [
    dict(type='LoadStencil'),
    dict(type='CenterHumanBrightness'),
    dict(type='BackgroundOcclusion', numbers='stencil_id'),  # the person of the sample
]
train_dataloader = dict(dataset=dict(pipeline=[*_base_.load, *enhance, *_base_.augment]))
