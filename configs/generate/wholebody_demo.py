# Faces and hands large enough to learn 133 points from: few people near the camera, with COCO-WholeBody's fields.
#   python tools/generate.py configs/generate/wholebody_demo.py --out data/study/wholebody --workers 2
_base_ = ['./_base_/demo_classroom.py']

generator = dict(
    seed=133,
    wholebody=True,
    image_size=(640, 480),
    scenes=dict(train=22, test=6),
    frames_per_scene=5,
    cameras_per_frame=2,
    rooms=[
        dict(name='four', size='small', layout=dict(type='rows', rows=2, columns=2)),
        dict(name='three', size='small', layout=dict(type='rows', rows=1, columns=3)),
    ],
    camera=dict(fov=(32, 46), height=(1.3, 2.2), pitch=(0, 25)),
    occupancy=1.0,
    teacher=0.6,
    min_visible_pixels=1000,
)
