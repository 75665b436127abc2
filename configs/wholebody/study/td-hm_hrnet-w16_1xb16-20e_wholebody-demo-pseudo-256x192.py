# The study's student on what the teachers say of feet, faces and hands (configs/wholebody/study/pseudo-label_demo.py);
# tested on true labels.
_base_ = ['./td-hm_hrnet-w16_1xb16-20e_wholebody-demo-256x192.py']

train_dataloader = dict(dataset=dict(data_root='data/study/wholebody_pseudo/', ann_file='coco17/train.json'))
work_dir = 'work_dirs/study/wholebody/runs/pseudo/seed0'
