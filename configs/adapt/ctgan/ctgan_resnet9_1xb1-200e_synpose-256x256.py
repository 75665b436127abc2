# CTGAN in full: a SynPose folder in data/synpose, photos and videos of the target in data/photos.
_base_ = ['../../_base_/ctgan.py']

work_dir = 'work_dirs/ctgan'
