"""The joint names of each format are MMPose's, which its own files are read by."""

import pytest

from synpose.datasets.conversion import FORMATS
from synpose.datasets.conversion.ai_challenger import AIC_NAMES
from synpose.datasets.conversion.formats import COCO_LAYOUTS
from synpose.skeletons import JOINT_NAMES, MPII16_NAMES

TABLES = {
    'aic': AIC_NAMES,
    'mpii': MPII16_NAMES,
    'crowdpose': COCO_LAYOUTS['crowdpose'].names[0],
    'halpe26': COCO_LAYOUTS['halpe'].names[0],
    'halpe': COCO_LAYOUTS['halpe'].names[1],
    'coco_wholebody': COCO_LAYOUTS['wholebody'].names[0],
}


@pytest.mark.parametrize('dataset', TABLES)
def test_names(dataset, mmpose_names):
    assert list(TABLES[dataset]) == mmpose_names(dataset)


def test_the_formats():
    assert set(FORMATS) == {'coco', 'wholebody', 'crowdpose', 'halpe', 'synpose', 'aic', 'mpii'}


@pytest.mark.parametrize('name', COCO_LAYOUTS)
def test_renames_end_in_joints_of_ours(name):
    assert set(COCO_LAYOUTS[name].renames.values()) <= set(JOINT_NAMES)
