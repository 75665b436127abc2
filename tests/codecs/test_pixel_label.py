import numpy as np
import pytest
from mmpose.registry import KEYPOINT_CODECS


def build(input_size: tuple[int, int] = (256, 128), heatmap_size: tuple[int, int] = (64, 32)):
    return KEYPOINT_CODECS.build({'type': 'PixelLabel', 'input_size': input_size, 'heatmap_size': heatmap_size})


@pytest.mark.parametrize(
    ('x', 'y', 'label', 'weight'),
    [
        (0, 0, 0, 1),
        (-0.5, -0.5, 0, 1),
        (3.49, 0, 0, 1),
        (3.5, 0, 1, 1),
        (255.49, 127.49, 64 * 32 - 1, 1),
        (10, 5, 64 + 2, 1),
        (-0.51, 5, 0, 0),
        (255.5, 5, 0, 0),
        (10, 127.5, 0, 0),
        (10, -30, 0, 0),
    ],
)
def test_label_of_a_place(x: float, y: float, label: int, weight: int) -> None:
    encoded = build().encode(np.array([[[x, y]]]))
    assert encoded['keypoint_labels'].tolist() == [[label]]
    assert encoded['keypoint_weights'].tolist() == [[weight]]
    assert encoded['keypoint_labels'].dtype == np.int64
    assert encoded['keypoint_weights'].dtype == np.float32


def test_weights_of_visibility() -> None:
    encoded = build().encode(np.array([[[1, 1], [2, 2], [300, 2]]]), np.array([[0.0, 1.0, 1.0]]))
    assert encoded['keypoint_weights'].tolist() == [[0, 1, 0]]


@pytest.mark.parametrize(('input_size', 'heatmap_size'), [((256, 256), (64, 64)), ((96, 64), (48, 16))])
def test_decoded_within_half_a_pixel_and_mirrored_exactly(input_size, heatmap_size) -> None:
    codec, rng = build(input_size, heatmap_size), np.random.default_rng(0)
    joints = rng.uniform(-0.5, np.array(input_size) - 0.5, (1, 50, 2))
    labels = codec.encode(joints)['keypoint_labels'][0]
    maps = np.full((50, heatmap_size[0] * heatmap_size[1]), 0.001)
    maps[np.arange(50), labels] = 0.5
    maps = maps.reshape(50, heatmap_size[1], heatmap_size[0])
    found, scores = codec.decode(maps)
    stride = np.array(input_size) / heatmap_size
    assert found.shape == (1, 50, 2)
    assert (np.abs(found - joints) <= stride / 2 + 1e-4).all()
    np.testing.assert_allclose(scores, np.full((1, 50), 0.5))
    mirrored, _ = codec.decode(maps[..., ::-1])
    np.testing.assert_allclose(mirrored[..., 0], input_size[0] - 1 - found[..., 0], atol=1e-4)


def test_one_person_only() -> None:
    with pytest.raises(ValueError, match='encodes one person at a time, not 2'):
        build().encode(np.zeros((2, 3, 2)))
