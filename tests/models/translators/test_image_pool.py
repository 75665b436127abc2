"""The pool fills, then swaps half of the time."""

import pytest
import torch

from synpose.models.translators.image_pool import ImagePool


def numbered(start, count):
    return torch.arange(start, start + count, dtype=torch.float32).view(-1, 1, 1, 1).expand(-1, 3, 2, 2)


def test_without_a_size_images_pass_through():
    images = numbered(0, 3)
    assert ImagePool(0).query(images) is images


def test_a_filling_pool_returns_what_it_keeps():
    pool = ImagePool(4)
    for start in (0, 2):
        torch.testing.assert_close(pool.query(numbered(start, 2)), numbered(start, 2))
    assert [image[0, 0, 0].item() for image in pool.images] == [0, 1, 2, 3]


def test_a_full_pool_swaps_half_of_the_time_and_loses_nothing():
    torch.manual_seed(0)
    pool, count = ImagePool(10), 2000
    returned = torch.cat([pool.query(numbered(start, 1)) for start in range(count)])[:, 0, 0, 0]
    kept = [image[0, 0, 0].item() for image in pool.images]
    assert len(kept) == 10
    swapped = (returned[10:] != torch.arange(10, count)).float().mean().item()
    assert swapped == pytest.approx(0.5, abs=0.05)
    # While the pool fills, ten images are both kept and returned; from then on each image is in one place.
    everything = sorted([*returned[10:].tolist(), *kept])
    assert everything == list(range(count))


def test_kept_images_do_not_change_with_the_callers():
    pool, images = ImagePool(1), numbered(5, 1).clone()
    pool.query(images)
    images.zero_()
    assert pool.images[0].unique().item() == 5


def test_a_negative_size_is_an_error():
    with pytest.raises(ValueError, match='size must be 0 or more, got -1'):
        ImagePool(-1)
