import numpy as np
import pytest

from synpose.generation.jobs.plan import plan_shots, thin_out


def plan(scenes=None, frames=3, views=2):
    return plan_shots(scenes or {'train': 4, 'val': 2}, ['small', 'large'], frames, views, np.random.default_rng)


def test_ids_count_from_one_and_no_scene_is_in_two_splits():
    shots = plan()
    assert [shot.image_id for shot in shots] == list(range(1, 37))
    scenes = {split: {shot.scene for shot in shots if shot.split == split} for split in ('train', 'val')}
    assert scenes == {'train': {0, 1, 2, 3}, 'val': {4, 5}}
    assert {shot.room_size for shot in shots if shot.split == 'val'} == {'small', 'large'}


def test_cameras_take_turns():
    shots = [shot for shot in plan(frames=4) if shot.scene == 0]
    assert {shot.camera for shot in shots} == set(range(8))
    assert [shot.camera % 2 for shot in shots] == [0, 1] * 4
    assert [shot.frame for shot in shots] == [0, 0, 1, 1, 2, 2, 3, 3]


@pytest.mark.parametrize('wanted', [1, 2, 3, 5, 35, 100])
def test_thinning_spreads_over_splits_and_scenes(wanted):
    full = plan()
    some = thin_out(full, wanted)
    assert len(some) == min(wanted, len(full))
    assert set(some) <= set(full)
    assert [shot.image_id for shot in some] == sorted(shot.image_id for shot in some)
    assert len({shot.split for shot in some}) == min(wanted, 2)
    if wanted == 5:
        assert {shot.scene for shot in some} == {0, 1, 4}  # whole frames, the first of each scene
