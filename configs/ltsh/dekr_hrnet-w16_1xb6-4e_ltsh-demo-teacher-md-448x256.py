# Adversarial teacher mD: synthetic samples are people, and a group has people as close to the next one as each other.
_base_ = ['./dekr_hrnet-w16_1xb6-4e_ltsh-demo-real-synthetic-448x256.py']

custom_hooks = [_base_.teacher, *_base_.frozen_hooks]
crop = [dict(type='CropAroundPerson', aspect_ratio=448 / 256, min_side=448)]
people = dict(_base_.synthetic, pipeline=[*_base_.load, *crop, *_base_.augment, *_base_.pack])
train_dataloader = dict(
    batch_sampler=_base_.by_distance,
    dataset=dict(synthetic=dict(_delete_=True, type='PersonCropDataset', dataset=people)),
)
work_dir = 'work_dirs/study/ltsh/runs/teacher-md/seed0'
