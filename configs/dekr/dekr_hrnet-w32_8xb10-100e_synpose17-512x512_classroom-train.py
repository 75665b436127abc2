# Any DEKR-W32 of these 17 joints on the training split of classrooms whose students have boxes and behaviors: the poses
# of configs/behavior/.
_base_ = ['dekr_hrnet-w32_8xb10-100e_synpose17-512x512_target.py']

custom_hooks = [*_base_.custom_hooks[:-1], dict(type='ResultsHook', name='train')]
target_ann_file = 'data/classroom/annotations/train.json'
test_dataloader = dict(dataset=dict(data_root='data/classroom/', ann_file='annotations/train.json'))
test_evaluator = [{**metric, 'ann_file': target_ann_file} for metric in _base_.test_evaluator]
