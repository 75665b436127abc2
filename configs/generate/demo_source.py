# The demo's labelled set: 300 training and 60 validation images of 30 rooms.
_base_ = ['./_base_/classroom.py']

generator = dict(seed=1, scenes=dict(train=25, val=5), frames_per_scene=4)
