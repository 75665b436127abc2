# SURREAL (cmu) on its own splits: a random frame of a clip to train on, the middle one to test. The paper's code draws
# one of the three runs first, then a clip; here every clip is as likely.
_base_ = ['./dense_hourglass.py']

load = [dict(type='LoadPhoto'), dict(type='LoadMatLabels')]
augment = [_base_.box, _base_.jitter, dict(_base_.warp, skip_empty=True), _base_.color, _base_.pack]
crop = [_base_.box, _base_.warp, _base_.pack]
dataset = dict(type='SurrealDataset', data_root='data/SURREAL/data/cmu/', labels=['parts'])

train_dataloader = dict(dataset=dict(split='train', on_error='skip', pipeline=[*load, *augment], **dataset))
val_dataloader = dict(dataset=dict(split='val', test_mode=True, pipeline=[*load, *crop], **dataset))
test_dataloader = dict(dataset=dict(split='test', test_mode=True, pipeline=[*load, *crop], **dataset))
