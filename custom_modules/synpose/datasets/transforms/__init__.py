"""Transforms, registered in MMPose's ``TRANSFORMS``."""

from .background_occlusion import BackgroundOcclusion
from .carry_synthetic_mask import CarrySyntheticMask
from .center_human_brightness import CenterHumanBrightness
from .crop_around_person import CropAroundPerson
from .draw_style_image import DrawStyleImage
from .isolate_person import IsolatePerson
from .joint_dropout import JointDropout
from .joint_jitter import JointJitter
from .load_depth import LoadDepth
from .load_mat_labels import LoadMatLabels
from .load_parts import LoadParts
from .load_photo import LoadPhoto
from .load_stencil import LoadStencil
from .load_style_image import LoadStyleImage
from .normalize_pose_by_box import NormalizePoseByBox
from .pack_crowd_inputs import PackCrowdInputs
from .pack_pose_sequence import PackPoseSequence
from .pack_translation_inputs import PackTranslationInputs
from .pose_guided_proposals import PoseGuidedProposals
from .random_channel_scale import RandomChannelScale
from .random_image_crop import RandomImageCrop
from .random_image_flip import RandomImageFlip
from .random_image_scale import RandomImageScale
from .random_normal_bbox_transform import RandomNormalBBoxTransform
from .select_synthetic_people import SelectSyntheticPeople
from .synthetic_loss_mask import SyntheticLossMask
from .warp_dense_labels import WarpDenseLabels
from .weight_by_keypoint_scores import WeightByKeypointScores

__all__ = [
    'BackgroundOcclusion',
    'CarrySyntheticMask',
    'CenterHumanBrightness',
    'CropAroundPerson',
    'DrawStyleImage',
    'IsolatePerson',
    'JointDropout',
    'JointJitter',
    'LoadDepth',
    'LoadMatLabels',
    'LoadParts',
    'LoadPhoto',
    'LoadStencil',
    'LoadStyleImage',
    'NormalizePoseByBox',
    'PackCrowdInputs',
    'PackPoseSequence',
    'PackTranslationInputs',
    'PoseGuidedProposals',
    'RandomChannelScale',
    'RandomImageCrop',
    'RandomImageFlip',
    'RandomImageScale',
    'RandomNormalBBoxTransform',
    'SelectSyntheticPeople',
    'SyntheticLossMask',
    'WarpDenseLabels',
    'WeightByKeypointScores',
]
