import numpy as np
import pytest
from mmpose.registry import TRANSFORMS

from synpose.datasets.depth_bins import depth_bins

RNG = np.random.default_rng(0)
HEIGHT, WIDTH = 60, 80


def build(**options):
    return TRANSFORMS.build({'type': 'WarpDenseLabels', 'input_size': (32, 32), 'label_size': (32, 32), **options})


def sample(center=(40.0, 30.0), side: float = 32.0, rotation: float = 0.0, **more) -> dict:
    return {
        'img': RNG.integers(0, 255, (HEIGHT, WIDTH, 3), dtype=np.uint8),
        'parts': RNG.integers(0, 15, (HEIGHT, WIDTH)).astype(np.uint8),
        'bbox_center': np.array([center], np.float32),
        'bbox_scale': np.array([[side, side]], np.float32),
        'bbox_rotation': np.array([rotation], np.float32),
        'keypoints': np.array([[[40.0, 30.0], [35.0, 25.0]]], np.float32),
        'img_path': 'a.jpg',
        'img_id': 3,
        **more,
    }


def test_picture_and_joints_are_those_of_topdown_affine() -> None:
    plain = TRANSFORMS.build({'type': 'TopdownAffine', 'input_size': (32, 32)})
    for rotation in (0.0, 25.0):
        one = sample(rotation=rotation, side=41.0)
        expected = plain(
            {key: np.copy(value) if isinstance(value, np.ndarray) else value for key, value in one.items()}
        )
        found = build()(one)
        for key in ('img', 'transformed_keypoints', 'input_center', 'input_scale', 'bbox_scale'):
            np.testing.assert_array_equal(found[key], expected[key])


def test_an_unscaled_crop_copies_its_labels() -> None:
    one = sample()
    found = build()(dict(one))
    assert found['labels'].shape == (1, 32, 32)
    np.testing.assert_array_equal(found['labels'][0], one['parts'][14:46, 24:56])
    np.testing.assert_array_equal(found['img'], one['img'][14:46, 24:56])


def test_crops_need_not_be_square() -> None:
    one = sample(bbox_scale=np.array([[32.0, 48.0]], np.float32))
    found = build(input_size=(32, 48), label_size=(32, 48))(dict(one))['labels']
    np.testing.assert_array_equal(found[0], one['parts'][6:54, 24:56])
    coarse = build(input_size=(32, 48), label_size=(8, 12))(dict(one))['labels']
    assert coarse.shape == (1, 12, 8)


def test_a_label_lies_at_the_middle_of_its_pixels() -> None:
    # A stride of 4 from a crop that is not scaled: label 0 stands for pixels 0 to 3, whose middle is 1.5.
    one = sample(center=(39.75, 29.75))
    coarse = build(label_size=(8, 8))(dict(one))['labels'][0]
    columns, rows = (
        (24 + 1.25 + 4 * np.arange(8)).round().astype(int),
        (14 + 1.25 + 4 * np.arange(8)).round().astype(int),
    )
    np.testing.assert_array_equal(coarse, one['parts'][np.ix_(rows, columns)])


@pytest.mark.parametrize('rotation', [0.0, 33.0, -58.0])
def test_labels_go_where_the_picture_goes(rotation: float) -> None:
    parts = np.zeros((HEIGHT, WIDTH), np.uint8)
    parts[20:40, 30:36], parts[20:40, 36:50] = 3, 9
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    picture[parts == 3], picture[parts == 9] = (255, 0, 0), (0, 255, 0)
    found = build(input_size=(64, 64), label_size=(64, 64))(
        sample(side=50, rotation=rotation, parts=parts, img=picture)
    )
    strong = found['img'].max(axis=2) > 250  # away from edges, where the picture mixes
    expected = np.where(found['img'][..., 0] > 250, 3, 9)
    np.testing.assert_array_equal(found['labels'][0][strong], expected[strong])
    assert strong.sum() > 300
    assert set(np.unique(found['labels'])) == {0, 3, 9}  # no 6 between them


def test_outside_the_picture_is_background() -> None:
    found = build()(sample(center=(0.0, 0.0), parts=np.full((HEIGHT, WIDTH), 7, np.uint8)))
    assert (found['labels'][0, 16:, 16:] == 7).all()
    assert not found['labels'][0, :16].any()


def test_depth_is_binned_after_the_warp() -> None:
    depth = RNG.uniform(2, 4, (HEIGHT, WIDTH)).astype(np.float32)
    depth[:, :40] = 0
    one = sample(depth=depth, pelvis_depth=3.0)
    del one['parts']
    found = build()(one)
    np.testing.assert_array_equal(found['labels'][0], depth_bins(depth[14:46, 24:56], 3.0))


def test_packed_for_the_head() -> None:
    packed = TRANSFORMS.build({'type': 'PackPoseInputs', 'pack_transformed': True})(build()(sample()))
    assert packed['data_samples'].gt_fields.labels.shape == (1, 32, 32)
    assert packed['data_samples'].gt_instances.transformed_keypoints.shape == (1, 2, 2)


def test_empty_people() -> None:
    nobody = sample(parts=np.zeros((HEIGHT, WIDTH), np.uint8))
    assert build(skip_empty=True)(dict(nobody)) is None
    assert not build()(dict(nobody))['labels'].any()


def test_bad_input() -> None:
    depth = np.ones((HEIGHT, WIDTH), np.float32)
    with pytest.raises(
        ValueError, match=r'a\.jpg: image 3: needs parts or depth, one of both, but has parts and depth'
    ):
        build()(sample(depth=depth, pelvis_depth=1.0))
    nothing = sample()
    del nothing['parts']
    with pytest.raises(ValueError, match='one of both, but has none'):
        build()(dict(nothing))
    with pytest.raises(ValueError, match=r'a\.jpg: image 3: pelvis_depth: missing'):
        build()({**nothing, 'depth': depth})
    with pytest.raises(ValueError, match=r'parts: is \(3, 3\), but the picture is \(60, 80\)'):
        build()(sample(parts=np.ones((3, 3), np.uint8)))
