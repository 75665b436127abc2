# FID and KID between two image sets: the demo's rendered classrooms and its target camera. Run by
# `python tools/fid.py configs/adapt/fid/fid_inception_demo.py`, which also takes two folders in a config's place.
# The weights come from PyTorch's cache, by download, or from test_evaluator.extractor.weights=FILE.
_base_ = ['mmpose::_base_/default_runtime.py']
custom_imports = dict(imports=['synpose'], allow_failed_imports=False)

work_dir = 'work_dirs/fid'
train_cfg = None
val_cfg = None
test_cfg = dict()
custom_hooks = []
randomness = dict(seed=0)
model = dict(type='IdentityTranslator')
model_wrapper_cfg = dict(type='MMSeparateDistributedDataParallel')  # the plain one refuses a model without parameters

pipeline = [dict(type='LoadImage'), dict(type='PackTranslationInputs')]
dataset = dict(type='SynPoseImageDataset', pipeline=pipeline)
loader = dict(batch_size=8, num_workers=1, sampler=dict(type='DefaultSampler', shuffle=False, round_up=False))
test_dataloader = dict(
    **loader, dataset=dict(data_root='data/demo/source/', ann_files=['annotations/train.json'], **dataset)
)
test_evaluator = dict(
    type='FIDMetric',
    extractor=dict(type='InceptionFeatures'),
    reference=dict(
        **loader, dataset=dict(data_root='data/demo/target/', ann_files=['annotations/test.json'], **dataset)
    ),
    kid=True,
)
