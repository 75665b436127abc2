# The quick demo's model on the images it was trained on: the poses that its behavior classifier learns from. A model
# trained this briefly may be sure of nobody, so that the threshold of its decoder goes.
_base_ = ['dekr_hrnet-w16_1xb6-8e_demo-quick-448x256.py']

model = dict(head=dict(decoder=dict(decode_thr=-1)))
work_dir = 'work_dirs/demo-quick/behavior/poses'
custom_hooks = [*_base_.custom_hooks[:-1], dict(type='ResultsHook', name='train')]
train_ann_file = 'data/demo-quick/source/annotations/train.json'
test_dataloader = dict(dataset=dict(ann_file='annotations/train.json'))
test_evaluator = [{**_base_.val_evaluator[1], 'ann_file': train_ann_file}]
