"""Silhouettes of rendered people move with the image, whatever moves it; their joints are hidden."""

import cv2
import numpy as np
import pytest
from mmpose.registry import TRANSFORMS

from synpose.datasets.transforms import CarrySyntheticMask


def sample():
    stencil = np.zeros((64, 96), np.uint16)
    stencil[8:40, 8:30], stencil[20:60, 50:80], stencil[0:10, 60:90] = 1, 2, 700
    rng = np.random.default_rng(0)
    return dict(
        img=rng.integers(0, 255, (64, 96, 3), dtype=np.uint8),
        img_shape=(64, 96),
        ori_shape=(64, 96),
        stencil=stencil,
        synthetic_people=np.array([1, 700]),
        synthetic_id=np.array([1, 0]),
        keypoints=rng.uniform(0, 60, (2, 3, 2)).astype(np.float32),
        keypoints_visible=np.ones((2, 3), np.float32),
        keypoints_visibility=np.full((2, 3), 2.0, np.float32),
        flip_indices=[0, 2, 1],
        bbox=np.array([[8, 8, 30, 40], [50, 20, 80, 60]], np.float32),
    )


def test_the_fourth_channel_shows_rendered_people_and_they_are_hidden():
    before = sample()
    results = CarrySyntheticMask()({**before})
    assert (results['img'][..., :3] == before['img']).all()
    assert ((results['img'][..., 3] == 255) == np.isin(before['stencil'], [1, 700])).all()
    assert results['keypoints_visible'].tolist() == [[0] * 3, [1] * 3]
    assert results['keypoints_visibility'].tolist() == [[0] * 3, [2] * 3]
    assert before['keypoints_visible'].all()  # the dataset's arrays stay


@pytest.mark.parametrize('flip_first', [True, False])
def test_it_moves_as_an_image_of_its_own_would(flip_first):
    steps = [
        TRANSFORMS.build(dict(type='RandomFlip', prob=1.0)),
        TRANSFORMS.build(dict(type='BottomupRandomAffine', input_size=(64, 64), pad_val=(100, 100, 100))),
    ]
    carried = CarrySyntheticMask()(sample())
    alone = {
        **sample(),
        'img': np.repeat((np.isin(sample()['stencil'], [1, 700]) * 255).astype(np.uint8)[..., None], 3, 2),
    }
    for results in (carried, alone):
        np.random.seed(1)  # noqa: NPY002 - MMPose's transforms draw from it
        for step in steps if flip_first else steps[::-1]:
            results.update(step(results))
    inside = np.zeros((64, 96), np.uint8) + 255
    assert carried['img'].shape == (64, 64, 4)
    within = cv2.warpAffine(inside, carried['warp_mat'], (64, 64)) == 255
    within = within if flip_first else within[:, ::-1]
    assert within.sum() > 500
    assert (carried['img'][..., 3][within] == alone['img'][..., 0][within]).all()
    assert not carried['img'][..., 3][~within & (alone['img'][..., 0] == 100)].any()


def test_images_without_people_pass():
    empty = {key: value for key, value in sample().items() if key in ('img', 'stencil')}
    results = CarrySyntheticMask()({**empty, 'synthetic_people': np.zeros(0, int)})
    assert not results['img'][..., 3].any()


def test_what_is_missing_is_named():
    for key, message in (('stencil', 'stencil: missing'), ('synthetic_people', 'synthetic_people: missing')):
        incomplete = sample()
        del incomplete[key]
        with pytest.raises(ValueError, match=message):
            CarrySyntheticMask()(incomplete)
