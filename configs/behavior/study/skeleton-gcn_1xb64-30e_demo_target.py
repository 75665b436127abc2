# The study's graph network on the target camera's test split, which no training ever sees.
_base_ = ['skeleton-gcn_1xb64-30e_demo.py']

custom_hooks = [*_base_.custom_hooks[:-1], dict(type='ResultsHook', name='target')]
test_dataloader = dict(
    dataset=dict(
        data_root='data/study/target/',
        ann_file='annotations/test.json',
        disjoint_from=None,
        predictions='work_dirs/study/behavior/poses/results/target/predictions.json',
    )
)
