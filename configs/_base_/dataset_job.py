# What jobs that write a dataset folder share (tools/adapt.py): one pass over the source, nothing to train.
_base_ = ['mmpose::_base_/default_runtime.py']
model_wrapper_cfg = dict(type='MMSeparateDistributedDataParallel')  # nothing to train, which the usual one refuses
custom_imports = dict(imports=['synpose'], allow_failed_imports=False)

train_cfg = None
val_cfg = None
test_cfg = dict(type='DatasetJobLoop')
