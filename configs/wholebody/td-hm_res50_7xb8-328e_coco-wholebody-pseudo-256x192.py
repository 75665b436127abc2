# ResNet-50 with three deconvolutions (Xiao et al., "Simple Baselines") on pseudo-labels of COCO: close to the network
# that AlphaPose has by default.
_base_ = ['../_base_/td-hm_wholebody_pseudo.py']

default_hooks = dict(checkpoint=dict(interval=30, max_keep_ckpts=-1))  # sstn_res50_... goes on from epoch 210
model = dict(
    backbone=dict(
        _delete_=True,
        type='ResNet',
        depth=50,
        init_cfg=dict(type='Pretrained', checkpoint='torchvision://resnet50'),
    ),
    head=dict(in_channels=2048, deconv_out_channels=(256, 256, 256)),
)
