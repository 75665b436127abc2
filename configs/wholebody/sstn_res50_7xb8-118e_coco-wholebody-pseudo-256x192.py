# RMPE's symmetric spatial transformer around the ResNet-50: the second stage of its training, from epoch 210 on, where
# boxes are such as a detector finds. First run the config of the ResNet-50, of whose epoch 210 both the estimator and
# the frozen branch are copies.
_base_ = ['td-hm_res50_7xb8-328e_coco-wholebody-pseudo-256x192.py']

train_cfg = dict(max_epochs=118)
param_scheduler = [dict(type='MultiStepLR', milestones=[20, 40], gamma=0.1)]
custom_hooks = _base_.hooks

stage1 = 'work_dirs/td-hm_res50_7xb8-328e_coco-wholebody-pseudo-256x192/epoch_210.pth'
resnet18 = dict(type='ResNet', depth=18, init_cfg=dict(type='Pretrained', checkpoint='torchvision://resnet18'))
model = dict(
    _delete_=True,
    type='SSTNPoseEstimator',
    estimator=dict(_base_.model, init_cfg=dict(type='Pretrained', checkpoint=stage1)),
    localizer=dict(type='AffineLocalizer', backbone=resnet18),
)
train_dataloader = dict(dataset=dict(pipeline=_base_.proposal_pipeline))
