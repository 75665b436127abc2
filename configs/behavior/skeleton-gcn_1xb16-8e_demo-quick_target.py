# The quick demo's classifier on the target camera's test split.
_base_ = ['skeleton-gcn_1xb16-8e_demo-quick.py']

custom_hooks = [*_base_.custom_hooks[:-1], dict(type='ResultsHook', name='target')]
test_dataloader = dict(
    dataset=dict(
        data_root='data/demo-quick/target/',
        ann_file='annotations/test.json',
        disjoint_from=None,
        predictions='work_dirs/demo-quick/results/target/predictions.json',
    )
)
