# The studies' target camera: 192 images whose photos a method may learn from, 96 to test on that no training sees.
_base_ = ['./demo_target.py']

generator = dict(scenes=dict(train=16, test=8))
