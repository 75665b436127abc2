# Any DEKR-W32 of these 14 joints on the target's test split, which no training ever sees (SynPose, table 2). The target
# needs boxes only.
_base_ = ['dekr_hrnet-w32_8xb10-100e_synpose14-512x512.py']

custom_hooks = [*_base_.custom_hooks[:-1], dict(type='ResultsHook', name='target')]
target_ann_file = 'data/target/annotations/test.json'
test_dataloader = dict(dataset=dict(data_root='data/target/', ann_file='annotations/test.json'))
test_evaluator = [{**metric, 'ann_file': target_ann_file} for metric in _base_.val_evaluator[:2]]
