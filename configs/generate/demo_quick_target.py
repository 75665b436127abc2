# The quick demo's target camera: 10 images for training without labels, 10 for testing.
_base_ = ['./demo_target.py']

generator = dict(
    image_size=(256, 144), scenes=dict(train=3, test=3), frames_per_scene=2, num_images=20, min_visible_pixels=20
)
