"""The codec of OpenPose: what it encodes it decodes, and bad input is refused or means nobody."""

import numpy as np
import pytest
import torch
from mmpose.registry import KEYPOINT_CODECS

from synpose.codecs import PartAffinityFields

SIZE, CELLS = (768, 512), (96, 64)


def build(skeleton: str = 'mpii', **options) -> PartAffinityFields:
    return KEYPOINT_CODECS.build(
        {'type': 'PartAffinityFields', 'input_size': SIZE, 'heatmap_size': CELLS, 'skeleton': skeleton, **options}
    )


def along_limbs(person: np.ndarray, limbs: np.ndarray) -> np.ndarray:
    """Twelve places along each limb, ``(C, 12, 2)``."""
    start, end = person[limbs[:, 0], None], person[limbs[:, 1], None]
    return start + np.linspace(0, 1, 12)[:, None] * (end - start)


def draw_crowd(people: int, codec: PartAffinityFields, rng: np.random.Generator) -> np.ndarray:
    """Draw people ``(N, K, 2)`` px, of whom no two limbs of one kind come within 20 px of each other."""
    joints, limbs, crowd = codec.num_keypoints, codec.limbs.pairs, []
    while len(crowd) < people:
        # Turns of a pose in which neighboring joints of the skeleton lie 13 to 40 px apart.
        person = np.full((joints, 2), np.nan)
        person[limbs[0, 0]] = rng.uniform(60, np.array(SIZE) - 60)
        for _ in range(joints):
            for start, end in (*limbs, *limbs[:, ::-1]):
                if np.isnan(person[end, 0]) and not np.isnan(person[start, 0]):
                    angle = rng.uniform(0, 2 * np.pi)
                    person[end] = person[start] + rng.uniform(13, 40) * np.array([np.cos(angle), np.sin(angle)])
        lengths = np.linalg.norm(person[limbs[:, 0]] - person[limbs[:, 1]], axis=-1)
        inside = (person > 8).all() and (person < np.array(SIZE) - 9).all()
        if not inside or lengths.min() <= 12 or lengths.max() >= CELLS[1] * 4:
            continue
        places = along_limbs(person, limbs)[:, :, None]
        near = [np.linalg.norm(places - along_limbs(other, limbs)[:, None], axis=-1).min() for other in crowd]
        if min(near, default=99) > 20:
            crowd.append(person)
    return np.array(crowd)


def in_order(people: np.ndarray) -> np.ndarray:
    return people[np.lexsort(people.mean(1).round(1).T)]


@pytest.mark.parametrize('skeleton', ['mpii', 'coco', 'crowdpose'])
@pytest.mark.parametrize('people', [1, 8, 30])
def test_everybody_comes_back(skeleton: str, people: int) -> None:
    codec = build(skeleton)
    crowd = draw_crowd(people, codec, np.random.default_rng(people))
    keypoints, keypoint_scores, scores = codec.decode(**codec.encode(crowd))
    assert keypoints.shape == crowd.shape
    np.testing.assert_allclose(in_order(keypoints), in_order(crowd), atol=0.1)
    assert (keypoint_scores > 0.5).all()
    assert (np.diff(scores) <= 0).all()
    assert 0.6 < scores.min() <= scores.max() <= 1


def test_joints_that_are_not_visible_have_no_score_and_lie_among_the_others() -> None:
    codec = build('coco')
    (person,) = draw_crowd(1, codec, np.random.default_rng(0))
    visible = np.ones((1, 17))
    visible[0, [9, 15]] = 0  # a wrist and an ankle
    keypoints, keypoint_scores, scores = codec.decode(**codec.encode(person[None], visible))
    shown = visible[0] > 0
    np.testing.assert_allclose(keypoints[0, shown], person[shown], atol=0.1)
    np.testing.assert_allclose(keypoints[0, ~shown], [person[shown].mean(0)] * 2, atol=0.1)
    np.testing.assert_array_equal(keypoint_scores[0] > 0, shown)
    assert scores[0] < codec.decode(**codec.encode(person[None]))[2][0]


def test_crossing_limbs_go_to_the_right_people_by_hand() -> None:
    """Two people whose upper arms cross: the field between wrong ends is half or less, and points elsewhere."""
    limbs = [('left_shoulder', 'left_elbow'), ('right_shoulder', 'right_elbow')]
    codec = build('coco', limbs=limbs, decode_min_keypoints=2, decode_min_score=0.0)
    first, second = (np.zeros((17, 2)) for _ in range(2))
    first[5], first[7] = codec.scale_factor * (10.5, 10.5) - 0.5, codec.scale_factor * (20.5, 20.5) - 0.5
    second[5], second[7] = codec.scale_factor * (20.5, 10.5) - 0.5, codec.scale_factor * (10.5, 20.5) - 0.5
    visible = np.zeros((2, 17))
    visible[:, [5, 7]] = 1
    encoded = codec.encode(np.stack((first, second)), visible)
    field = encoded['part_affinity_fields'][:2]
    np.testing.assert_allclose(field[:, 12, 12], [np.sqrt(0.5)] * 2, rtol=1e-6)
    np.testing.assert_allclose(field[:, 12, 18], [-np.sqrt(0.5), np.sqrt(0.5)], rtol=1e-6)
    np.testing.assert_allclose(field[:, 15, 15], [0, np.sqrt(0.5)], atol=1e-7, rtol=1e-6)  # the mean of both
    keypoints, _, _ = codec.decode(**encoded)
    assert len(keypoints) == 2
    found = in_order(keypoints[:, [5, 7]])
    np.testing.assert_allclose(found, in_order(np.stack((first, second))[:, [5, 7]]), atol=0.1)


def test_mirrored_people_give_mirrored_maps() -> None:
    codec = build('coco')
    crowd = draw_crowd(5, codec, np.random.default_rng(1))
    mirrored = (np.array([SIZE[0] - 1, 0]) + crowd * (-1, 1))[:, codec.limbs.flip_joints]
    maps, flipped = codec.encode(crowd), codec.encode(mirrored)
    order = [*codec.limbs.flip_joints, 17]
    np.testing.assert_allclose(flipped['heatmaps'][order][..., ::-1], maps['heatmaps'], atol=1e-5)
    fields = flipped['part_affinity_fields'].reshape(19, 2, 64, 96)[codec.limbs.flip_limbs][..., ::-1]
    signs = codec.limbs.flip_signs[:, None, None, None] * np.array([-1, 1])[:, None, None]
    np.testing.assert_allclose((fields * signs).reshape(38, 64, 96), maps['part_affinity_fields'], atol=1e-5)


def test_a_batch_gives_what_images_give_one_by_one() -> None:
    codec = build()
    crowds = [draw_crowd(count, codec, np.random.default_rng(count)) for count in (1, 4, 2)]
    maps = [codec.encode(crowd) for crowd in crowds]
    stacked = [torch.tensor(np.stack([image[name] for image in maps])) for name in ('heatmaps', 'part_affinity_fields')]
    together = codec.batch_decode(*stacked)
    assert codec.support_batch_decoding
    for i, image in enumerate(maps):
        for part, alone in zip(together, codec.decode(**image), strict=True):
            np.testing.assert_allclose(part[i], alone, rtol=1e-6)


@pytest.mark.parametrize('visible', [None, np.zeros((3, 16))])
def test_nobody(visible: np.ndarray | None) -> None:
    codec = build()
    keypoints = np.zeros((0, 16, 2)) if visible is None else np.full((3, 16, 2), 50.0)
    encoded = codec.encode(keypoints, visible)
    assert (encoded['heatmaps'][-1] == 1).all()
    assert not encoded['heatmaps'][:-1].any()
    assert not encoded['part_affinity_fields'].any()
    found = codec.decode(**encoded)
    assert [part.shape for part in found] == [(0, 16, 2), (0, 16), (0,)]


def test_nan_counts_as_nothing() -> None:
    codec = build()
    crowd = draw_crowd(2, codec, np.random.default_rng(0))
    encoded = codec.encode(crowd)
    heatmaps = np.where(encoded['heatmaps'] < 0.3, np.nan, encoded['heatmaps'])
    fields = np.where(encoded['part_affinity_fields'] == 0, np.nan, encoded['part_affinity_fields'])
    keypoints, _, _ = codec.decode(heatmaps, fields)
    np.testing.assert_allclose(in_order(keypoints), in_order(crowd), atol=4.1)  # half a cell
    for name in encoded:
        nothing = dict(encoded, **{name: np.full_like(encoded[name], np.nan)})
        assert [len(part) for part in codec.decode(**nothing)] == [0, 0, 0]


def test_counts_that_do_not_fit() -> None:
    codec = build()
    with pytest.raises(ValueError, match='keypoints have 17 joints, but the skeleton has 16'):
        codec.encode(np.zeros((1, 17, 2)))
    with pytest.raises(ValueError, match='needs 16 or 17 heatmaps and 30 fields, but there are 17 and 28'):
        codec.decode(np.zeros((17, 8, 8)), np.zeros((28, 8, 8)))


def test_few_and_weak_people_are_left_out() -> None:
    codec = build('coco')
    (person,) = draw_crowd(1, codec, np.random.default_rng(3))
    visible = np.zeros((1, 17))
    visible[0, [5, 7, 9]] = 1  # an arm
    encoded = codec.encode(person[None], visible)
    assert len(codec.decode(**encoded)[0]) == 0
    assert len(build('coco', decode_min_keypoints=3).decode(**encoded)[0]) == 1
    whole = codec.encode(person[None])
    assert len(codec.decode(**whole)[0]) == 1
    faint = {name: maps * np.float32(0.2) for name, maps in whole.items()}
    assert len(codec.decode(**faint)[0]) == 0
    assert len(build('coco', decode_min_score=0.1).decode(**faint)[0]) == 1
