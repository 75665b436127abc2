# DEKR on CrowdPose, tested at half, full and double size, as its authors do.
_base_ = ['dekr_hrnet-w32_8xb10-300e_crowdpose-512x512.py']

model = dict(test_cfg=dict(multiscale_test=True, nms_dist_thr=0.15, scale_decrease=0.8))

resize = dict(_base_.val_pipeline[1], aug_scales=[0.5, 2])
val_pipeline = [_base_.val_pipeline[0], resize, _base_.val_pipeline[2]]
val_dataloader = dict(batch_size=1, dataset=dict(pipeline=val_pipeline))
test_dataloader = val_dataloader
