# Both: harmonized source pictures, and a classifier of the neck's features.
_base_ = ['dekr_hrnet-w16_1xb9-25e_demo-adversarial-448x256.py']

harmonize = [dict(type='LoadStencil'), dict(type='CenterHumanBrightness'), dict(type='BackgroundOcclusion')]
source_pipeline = [_base_.train_pipeline[0], *harmonize, *_base_.train_pipeline[1:]]
train_dataloader = dict(dataset=dict(source=dict(pipeline=source_pipeline)))
work_dir = 'work_dirs/study/adapt_features/runs/harmonized-adversarial/seed0'
