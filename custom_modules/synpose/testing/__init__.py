"""Small generated fixtures that the tests of synpose, and of packages built on it, share."""

from .mixed_folder import write_mixed_dataset
from .part_folders import write_freiburg_folder, write_human36m_folder
from .photo_folder import write_photos, write_video
from .pose_results import write_pose_results
from .posed_scene import write_posed_dataset
from .surreal_folder import write_surreal_clip, write_surreal_folder
from .synpose_folder import read_tree, write_synpose_dataset
from .whole_body_folder import write_whole_body_dataset

__all__ = [
    'read_tree',
    'write_freiburg_folder',
    'write_human36m_folder',
    'write_mixed_dataset',
    'write_photos',
    'write_pose_results',
    'write_posed_dataset',
    'write_surreal_clip',
    'write_surreal_folder',
    'write_synpose_dataset',
    'write_video',
    'write_whole_body_dataset',
]
