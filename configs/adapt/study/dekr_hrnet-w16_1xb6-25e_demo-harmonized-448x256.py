# Trained on the source set with people as bright as their background, and parts of them behind it: Etheve & Remy.
_base_ = ['dekr_hrnet-w16_1xb6-25e_demo-448x256.py']

harmonize = [dict(type='LoadStencil'), dict(type='CenterHumanBrightness'), dict(type='BackgroundOcclusion')]
source_pipeline = [_base_.train_pipeline[0], *harmonize, *_base_.train_pipeline[1:]]
train_dataloader = dict(dataset=dict(pipeline=source_pipeline))
work_dir = 'work_dirs/study/adapt_features/runs/harmonized/seed0'
