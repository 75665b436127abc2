# The quick demo's model on the target camera's test split.
_base_ = ['dekr_hrnet-w16_1xb6-8e_demo-quick-448x256.py']

custom_hooks = [*_base_.custom_hooks[:-1], dict(type='ResultsHook', name='target')]
target_ann_file = 'data/demo-quick/target/annotations/test.json'
test_dataloader = dict(dataset=dict(data_root='data/demo-quick/target/', ann_file='annotations/test.json'))
test_evaluator = [{**metric, 'ann_file': target_ann_file} for metric in _base_.val_evaluator]
