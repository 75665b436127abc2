# The labels that "Multi-Person Full Body Pose Estimation" trains on: feet, face and hands by one published model each.
# Its PRNet becomes a 68-point face model, its OpenPose and AlphaPose become RTMPose. The models of faces and hands are
# trained on tighter boxes than those derived from the body's joints (benchmarks/part_boxes.py).
_base_ = ['../_base_/pseudo_label.py']

checkpoints = 'https://download.openmmlab.com/mmpose/'
rtmpose = checkpoints + 'v1/projects/rtmposev1/'
model = dict(
    teachers=[
        dict(
            parts=('body', 'foot'),
            config='mmpose::body_2d_keypoint/rtmpose/body8/rtmpose-m_8xb512-700e_body8-halpe26-256x192.py',
            checkpoint=rtmpose + 'rtmpose-m_simcc-body7_pt-body7-halpe26_700e-256x192-4d3e73dd_20230605.pth',
        ),
        dict(
            parts=('face',),
            config='mmpose::face_2d_keypoint/topdown_heatmap/300w/td-hm_hrnetv2-w18_8xb64-60e_300w-256x256.py',
            checkpoint=checkpoints + 'face/hrnetv2/hrnetv2_w18_300w_256x256-eea53406_20211019.pth',
            box_scale=0.8,
        ),
        dict(
            parts=('left_hand', 'right_hand'),
            config='mmpose::hand_2d_keypoint/rtmpose/hand5/rtmpose-m_8xb256-210e_hand5-256x256.py',
            checkpoint=rtmpose + 'rtmpose-m_simcc-hand5_pt-aic-coco_210e-256x256-74fb594_20230320.pth',
            box_scale=0.5,
        ),
    ]
)
test_evaluator = dict(out_root='data/coco-pseudo/')
