# Photos without any annotation (tools/pseudo_label.py --images DIR lists them): a detector finds the people, a
# whole-body model labels all 133 joints of them, the body's too.
_base_ = ['./pseudo-label_rtmpose-l-wholebody_coco.py']

source_root = 'data/photos/'
ann_files = ['annotations/photos.json']
data_prefix = dict(img='images/')
model = dict(
    detector=dict(
        config='mmdet::rtmdet/rtmdet_m_8xb32-300e_coco.py',
        checkpoint='https://download.openmmlab.com/mmdetection/v3.0/rtmdet/rtmdet_m_8xb32-300e_coco/'
        'rtmdet_m_8xb32-300e_coco_20220719_112220-229f527c.pth',
        score_thr=0.5,
    )
)
test_dataloader = dict(dataset=dict(data_root=source_root, ann_files=ann_files, data_prefix=data_prefix))
test_evaluator = dict(
    data_root=source_root, ann_files=ann_files, data_prefix=data_prefix, out_root='data/photos-pseudo/'
)
