# The study's teacher of hands: 21 points in crops of rendered hands, left and right.
_base_ = ['../../_base_/td-hm_hrnet-w16_wholebody-96x96.py']

work_dir = 'work_dirs/study/wholebody/teachers/hand'
model = dict(head=dict(out_channels=21))
dataset = dict(type='CocoWholeBodyHandDataset')
train_dataloader = dict(dataset=dataset)
test_dataloader = dict(dataset=dataset)
val_dataloader = test_dataloader
test_evaluator = [dict(type='PCKAccuracy', thr=0.2), dict(type='AUC'), dict(type='EPE')]
val_evaluator = test_evaluator
