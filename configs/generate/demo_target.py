# The demo's target camera: 24 images for training without labels, 60 for testing, of 7 other rooms.
_base_ = ['./_base_/target_camera.py']

generator = dict(scenes=dict(train=2, test=5), frames_per_scene=4)
