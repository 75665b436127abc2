# Whole-body labels of the study's training images, from their 17 body joints, by the teachers that the study trains.
# Boxes derived from a body are larger than those of the rendered files: theirs are .74 (faces) and .54 (hands) of the
# side, on a sample.
_base_ = ['../../_base_/pseudo_label.py']

configs = 'configs/wholebody/study/'
teachers = 'work_dirs/study/wholebody/teachers/'
model = dict(
    teachers=[
        dict(
            parts=('foot',),
            config=configs + 'body-foot_hrnet-w16_1xb16-30e_wholebody-demo-192x160.py',
            checkpoint=teachers + 'body-foot/epoch_30.pth',
        ),
        dict(
            parts=('face',),
            config=configs + 'face_hrnet-w16_1xb16-60e_wholebody-demo-96x96.py',
            checkpoint=teachers + 'face/epoch_60.pth',
            box_scale=0.85,
        ),
        dict(
            parts=('left_hand', 'right_hand'),
            config=configs + 'hand_hrnet-w16_1xb16-60e_wholebody-demo-96x96.py',
            checkpoint=teachers + 'hand/epoch_60.pth',
            box_scale=0.6,
        ),
    ]
)
source = dict(data_root='data/study/wholebody/', ann_files=['coco17/train.json'], data_prefix=dict(img='images/'))
test_dataloader = dict(batch_size=8, num_workers=1, dataset=source)
test_evaluator = dict(**source, out_root='data/study/wholebody_pseudo/')
