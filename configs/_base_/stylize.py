# A dataset folder restyled without training, by tools/adapt.py: pictures in, pictures of the same stems out. The
# configs of adapt/stylize state which people, which photos and which stylizer.
_base_ = ['mmpose::_base_/default_runtime.py']
model_wrapper_cfg = dict(type='MMSeparateDistributedDataParallel')  # nothing to train, which the usual one refuses
custom_imports = dict(imports=['synpose'], allow_failed_imports=False)

train_cfg = None
val_cfg = None
test_cfg = dict(type='DatasetJobLoop')
source_root = 'data/synpose/'
ann_files = ['annotations/train.json']
model = dict(type='ColorTransferStylizer')
test_dataloader = dict(
    batch_size=4,
    num_workers=2,
    dataset=dict(type='SynPoseImageDataset', data_root=source_root, ann_files=ann_files),
)
test_evaluator = dict(
    type='TranslatedDatasetWriter', data_root=source_root, ann_files=ann_files, out_root=None, domain='stylized'
)
