# A model trained against a domain classifier, on the target camera's test split, which no training ever sees.
_base_ = ['dekr_hrnet-w16_1xb9-25e_demo-adversarial-448x256.py']

custom_hooks = [*_base_.custom_hooks[:-1], dict(type='ResultsHook', name='target')]
target_ann_file = 'data/study/target/annotations/test.json'
test_dataloader = dict(dataset=dict(data_root='data/study/target/', ann_file='annotations/test.json'))
test_evaluator = [{**metric, 'ann_file': target_ann_file} for metric in _base_.val_evaluator]
