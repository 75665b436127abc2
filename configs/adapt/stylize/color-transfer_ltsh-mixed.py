# LTSH's D_Style without weights: the rendered people of D_M take the colors of the real people in their own background
# photo; of the whole photo where no real person's outline is known.
_base_ = ['../../_base_/stylize.py']

source_root = 'data/ltsh/mixed_coco/'
photos = 'data/coco/train2017'
pipeline = [
    dict(type='LoadImage'),
    dict(type='LoadStencil'),
    dict(type='LoadStyleImage', photos=photos),
    dict(type='SelectSyntheticPeople', data_root=source_root),
    dict(type='PackTranslationInputs'),
]
test_dataloader = dict(dataset=dict(data_root=source_root, pipeline=pipeline))
test_evaluator = dict(data_root=source_root, out_root='data/ltsh/style_coco/')
