# The quick demo's target camera: 12 images for training without labels, 12 for testing.
_base_ = ['./demo_target.py']

generator = dict(
    sensor=dict(blur=(0.2, 0.55)),  # px, of an image half as wide
    image_size=(256, 144),
    scenes=dict(train=3, test=3),
    frames_per_scene=2,
    cameras_per_frame=2,
    min_visible_pixels=20,
)
