# A few small images, to see the whole flow in minutes: 40 training and 12 validation images.
_base_ = ['./demo_source.py']

generator = dict(
    image_size=(256, 144), scenes=dict(train=10, val=3), frames_per_scene=2, cameras_per_frame=2, min_visible_pixels=20
)
