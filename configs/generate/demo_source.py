# The demo's labeled set: 264 training and 60 validation images of 27 rooms.
_base_ = ['./_base_/demo_classroom.py']

generator = dict(seed=1, scenes=dict(train=22, val=5), frames_per_scene=4)
