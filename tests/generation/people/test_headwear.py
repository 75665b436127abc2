import numpy as np
import pytest

from synpose.generation.people.headwear import HEADWEAR, wear


@pytest.mark.parametrize('kind', HEADWEAR)
def test_headwear_covers_the_crown_and_leaves_the_face(tailor, fitting, kind):
    worn = wear(fitting, kind, 0.02)
    regions, template = tailor.regions, tailor.model.template
    assert worn.pressed[np.argmax(template[:, 2])] > 0
    face = regions.is_head & (template[:, 1] > regions.eye[1]) & (template[:, 2] < regions.eye[2] + 0.01)
    face &= (np.abs(template[:, 0]) < 0.04) & (template[:, 2] > regions.chin[2] + 0.02)
    assert face.sum() > 50
    assert not (worn.pressed[face] > 0).any()
    points = np.concatenate([surface.points for surface, _ in worn.surfaces])
    assert points[:, 2].max() > fitting.body.vertices[:, 2].max() + 0.005
    assert worn.hides_hair == (kind == 'headscarf')


def test_a_headscarf_lies_over_the_shoulders(fitting):
    points = wear(fitting, 'headscarf', 0.02).surfaces[0][0].points
    assert points[:, 2].min() < fitting.joints['neck'][2]


def test_a_visor_stands_out_ahead(fitting):
    points, faces = wear(fitting, 'cap', 0.02).surfaces[1][0][:2]
    assert points[:, 1].max() > fitting.joints['nose'][1] + 0.02
    normals = np.cross(points[faces[:, 1]] - points[faces[:, 0]], points[faces[:, 2]] - points[faces[:, 0]])
    upper = points[faces][:, :, 2].mean(axis=1) > np.median(points[:, 2])
    assert normals[np.argmax(points[faces][:, :, 2].mean(axis=1)), 2] > 0
    assert normals[upper, 2].sum() > 0


def test_unknown_headwear(fitting):
    with pytest.raises(ValueError, match='crown'):
        wear(fitting, 'crown', 0.02)
