# Adversarial teacher mD: synthetic samples are people, and a group has people as close to the next one as each other.
_base_ = ['./dekr_hrnet-w32_8xb10-20e_ltsh-real-synthetic-512x512.py']

custom_hooks = [_base_.teacher, *_base_.frozen_hooks]
crop = [dict(type='CropAroundPerson')]
people = dict(_base_.synthetic, pipeline=[*_base_.load, *crop, *_base_.augment, *_base_.target, *_base_.pack])
train_dataloader = dict(
    batch_sampler=_base_.by_distance,
    dataset=dict(synthetic=dict(_delete_=True, type='PersonCropDataset', dataset=people)),
)
