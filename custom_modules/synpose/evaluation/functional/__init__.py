"""Arrays in, numbers out."""

from .box_ap import IOU_THRESHOLDS, box_average_precision
from .box_matching import greedy_matches, iou_matrix
from .confusion import confusion_matrix
from .detected_joints import detected_joints, root_mean_squared_error
from .domain_probe import domain_probe
from .frechet import FeatureMoments, frechet_distance, kernel_distance
from .label_error import box_side, inter_ocular, label_errors, part_oks
from .multi_person_pckh import PeopleOfImage, assign_people, in_group, multi_person_average_precision
from .nms import nearby_joints_nms
from .part_segmentation import class_scores, count_pixels, mean_score
from .person_depth import depth_rmse, fitted_depth_rmse
from .pose_boxes import expand_boxes, fit_margins, pose_boxes, read_margins
from .pose_nms import RMPE_PAPER, MergedPoses, parametric_pose_nms

__all__ = [
    'IOU_THRESHOLDS',
    'RMPE_PAPER',
    'FeatureMoments',
    'MergedPoses',
    'PeopleOfImage',
    'assign_people',
    'box_average_precision',
    'box_side',
    'class_scores',
    'confusion_matrix',
    'count_pixels',
    'depth_rmse',
    'detected_joints',
    'domain_probe',
    'expand_boxes',
    'fit_margins',
    'fitted_depth_rmse',
    'frechet_distance',
    'greedy_matches',
    'in_group',
    'inter_ocular',
    'iou_matrix',
    'kernel_distance',
    'label_errors',
    'mean_score',
    'multi_person_average_precision',
    'nearby_joints_nms',
    'parametric_pose_nms',
    'part_oks',
    'pose_boxes',
    'read_margins',
    'root_mean_squared_error',
]
