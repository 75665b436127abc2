# One whole-body model for feet, face and hands: no boxes of parts, one look at each person. It is trained on
# COCO-WholeBody's own labels of these pictures, so what it gives on them is no evidence of how good it is elsewhere.
_base_ = ['../_base_/pseudo_label.py']

model = dict(
    teachers=[
        dict(
            parts=('body', 'foot', 'face', 'left_hand', 'right_hand'),
            config='mmpose::wholebody_2d_keypoint/rtmpose/coco-wholebody/'
            'rtmpose-l_8xb32-270e_coco-wholebody-384x288.py',
            checkpoint='https://download.openmmlab.com/mmpose/v1/projects/rtmposev1/'
            'rtmpose-l_simcc-coco-wholebody_pt-aic-coco_270e-384x288-eaeb96c8_20230125.pth',
        )
    ]
)
test_evaluator = dict(out_root='data/coco-pseudo_rtmpose-l/')
