# The demo's labeled set with body parts, for the studies of parts and depth.
_base_ = ['./demo_source.py']

generator = dict(parts=True)
