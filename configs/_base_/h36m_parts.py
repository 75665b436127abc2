# Human3.6M: one take of each action of five subjects to train on, S9 to validate, every 64th frame of S11 to test.
_base_ = ['./surreal_parts.py']

load = [dict(type='LoadImage'), _base_.load[1]]
dataset = dict(type='Human36mPartsDataset', data_root='data/h36m/', labels=['parts'])
held_out = dict(ann_file='annotation_body3d/fps50/h36m_test.npz', interval=64, test_mode=True, **dataset)

train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        ann_file='annotation_body3d/fps50/h36m_train.npz',
        takes='one',
        pipeline=[*load, *_base_.augment],
        **dataset,
    )
)
val_dataloader = dict(dataset=dict(_delete_=True, subjects=['S9'], pipeline=[*load, *_base_.crop], **held_out))
test_dataloader = dict(dataset=dict(_delete_=True, subjects=['S11'], pipeline=[*load, *_base_.crop], **held_out))
custom_hooks = [
    *_base_.custom_hooks[:2],
    dict(type='ResultsHook', name='h36m'),
    dict(type='LabelSheetHook', name='h36m'),
]
