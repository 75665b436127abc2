# LTSH's D_R: OpenPose on MPII's photos (annotations in MMPose's form); 400 epochs are about 600,000 steps. Predictions
# of the val split are kept as they are, for MPII's own multi-person toolkit.
_base_ = ['../_base_/openpose_vgg19.py']

train_cfg = dict(max_epochs=400, val_interval=400)

dataset = dict(type='MpiiDataset', data_root='data/mpii/', data_prefix=dict(img='images/'))
train_dataloader = dict(dataset=dict(ann_file='annotations/mpii_train.json', **dataset))
val_dataloader = dict(dataset=dict(ann_file='annotations/mpii_val.json', **dataset))
test_dataloader = val_dataloader
val_evaluator = dict(type='DumpResults', out_file_path='work_dirs/openpose_vgg19_mpii_predictions.pkl')
test_evaluator = val_evaluator
