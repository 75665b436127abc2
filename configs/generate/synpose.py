# The grid of the SynPose paper: 56 scenes x 8 cameras x 135 frames = 60,480 images, about 35 people each.
# The paper gives no split; the last 8 scenes are for validation.
_base_ = ['./_base_/classroom.py']

generator = dict(
    seed=56,
    image_size=(1920, 1080),
    scenes=dict(train=48, val=8),
    frames_per_scene=135,
    cameras_per_frame=8,
    occupancy=0.9,
    min_visible_pixels=200,
)
