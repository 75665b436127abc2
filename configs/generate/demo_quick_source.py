# A few small images, to see the whole flow in minutes: 40 training and 10 validation images.
_base_ = ['./demo_source.py']

generator = dict(
    image_size=(256, 144), scenes=dict(train=10, val=3), frames_per_scene=2, num_images=50, min_visible_pixels=20
)
