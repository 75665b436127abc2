# Freiburg Sitting People: whole photos. Two people to train on, four to test on, in split files that its user writes.
_base_ = ['./dense_hourglass.py']

load = [dict(type='LoadImage'), dict(type='LoadMatLabels')]
box = dict(_base_.box, padding=1.0)
pack = dict(_base_.pack, pack_transformed=False)  # there are no joints
augment = [box, _base_.jitter, dict(_base_.warp, skip_empty=True), _base_.color, pack]
crop = [box, _base_.warp, pack]
dataset = dict(type='FreiburgSittingDataset', data_root='data/freiburg_sitting/')

train_dataloader = dict(dataset=dict(ann_file='train.txt', pipeline=[*load, *augment], **dataset))
test_dataloader = dict(dataset=dict(ann_file='test.txt', test_mode=True, pipeline=[*load, *crop], **dataset))
val_dataloader = test_dataloader
custom_hooks = [
    *_base_.custom_hooks[:2],
    dict(type='ResultsHook', name='freiburg'),
    dict(type='LabelSheetHook', name='freiburg'),
]
