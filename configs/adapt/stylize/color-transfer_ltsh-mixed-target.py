# D_Style of the study of LTSH: the rendered people of D_M over the target camera's images, in the colors of these.
_base_ = ['./color-transfer_ltsh-mixed.py']

source_root = 'data/ltsh/mixed_target/'
pipeline = [
    *_base_.pipeline[:2],
    dict(type='LoadStyleImage', photos='data/study/target/images'),
    dict(type='SelectSyntheticPeople', data_root=source_root),
    _base_.pipeline[-1],
]
test_dataloader = dict(dataset=dict(data_root=source_root, pipeline=pipeline))
test_evaluator = dict(data_root=source_root, out_root='data/ltsh/style_target/')
