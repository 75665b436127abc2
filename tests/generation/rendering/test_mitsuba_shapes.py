import numpy as np
import pytest

from synpose.generation.primitives import Material
from synpose.generation.rendering.mitsuba_shapes import finish


@pytest.mark.parametrize(
    ('material', 'expected'),
    [
        (Material(np.full(3, 0.5)), (1.0, 1.0)),
        (Material(np.full(3, 0.5), roughness=1.5), (1.0, 1.0)),
        (Material(np.full(3, 0.5), roughness=0.3), (0.3, 2.0)),
        (Material(np.zeros(3), roughness=0.3), (0.3, 2**4.5)),
        (Material(np.ones(3), np.full((4, 4, 3), 0.25), 0.2), (0.2, 4.0)),
    ],
)
def test_finish_is_roughness_and_one_over_the_mean_color(material, expected):
    assert finish(material) == expected


def test_colors_do_not_tint_gloss():
    pytest.importorskip('mitsuba')
    from synpose.generation.rendering.cameras import Camera
    from synpose.generation.rendering.renderer import SceneRenderer
    from synpose.generation.rooms.building import Light
    from synpose.generation.shapes import quad

    lamp = Light(quad((-1, 5, 0.5), (2, 0, 0), (0, 0, 1), Material(np.ones(3))), np.full(3, 5.0))
    camera = Camera.look_at((0, -3, 1), (0, 1, 0), np.deg2rad(60), (64, 36))
    gloss = []
    for color in (0.5, 0.125):
        floor = quad((-3, -3, 0), (6, 0, 0), (0, 9, 0), Material(np.full(3, color), roughness=0.1))
        gloss.append(np.ptp(SceneRenderer([floor], [lamp], [], 16).render(camera, 0).color[22:, :, 1]))
    assert gloss[0] > 0.03
    assert gloss[1] == pytest.approx(gloss[0], rel=0.35)
