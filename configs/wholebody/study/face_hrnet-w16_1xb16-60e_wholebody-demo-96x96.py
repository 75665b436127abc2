# The study's teacher of faces: 68 points in crops of rendered faces.
_base_ = ['../../_base_/td-hm_hrnet-w16_wholebody-96x96.py']

work_dir = 'work_dirs/study/wholebody/teachers/face'
model = dict(head=dict(out_channels=68))
dataset = dict(type='CocoWholeBodyFaceDataset')
train_dataloader = dict(dataset=dataset)
test_dataloader = dict(dataset=dataset)
val_dataloader = test_dataloader
test_evaluator = [dict(type='NME', norm_mode='keypoint_distance', keypoint_indices=(36, 45)), dict(type='EPE')]
val_evaluator = test_evaluator
