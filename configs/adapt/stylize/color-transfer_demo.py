# The demo's source pictures in the colors of the target camera: each takes those of a photo drawn from the target's
# training split, whose labels are not used.
_base_ = ['../../_base_/stylize.py']

source_root = 'data/demo/source/'
target_root = 'data/study/target/'
pipeline = [
    dict(type='LoadImage'),
    dict(
        type='DrawStyleImage',
        photos=target_root + 'images',
        ann_file=target_root + 'annotations/train.json',
    ),
    dict(type='PackTranslationInputs'),
]
test_dataloader = dict(dataset=dict(data_root=source_root, pipeline=pipeline))
test_evaluator = dict(data_root=source_root, out_root='data/demo/source-color-transfer/')
