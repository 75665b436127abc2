# Any model of this folder on the source images it was trained on: the poses that a behavior classifier learns from.
_base_ = ['dekr_hrnet-w16_1xb6-25e_demo-448x256.py']

custom_hooks = [*_base_.custom_hooks[:-1], dict(type='ResultsHook', name='train')]
train_ann_file = 'data/demo/source/annotations/train.json'
test_dataloader = dict(dataset=dict(ann_file='annotations/train.json'))
test_evaluator = [{**_base_.val_evaluator[1], 'ann_file': train_ann_file}]
