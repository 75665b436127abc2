"""Batches for stylizers, as pseudo_collate makes them."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from mmpose.structures import PoseDataSample


@pytest.fixture
def pictures() -> tuple[np.ndarray, np.ndarray]:
    """A source ``(40, 56, 3)`` and a style ``(48, 36, 3)`` of other colors."""
    rng = np.random.default_rng(0)
    source = rng.normal((90, 100, 110), 20, (40, 56, 3)).clip(0, 255).astype(np.uint8)
    return source, rng.normal((140, 120, 100), 12, (48, 36, 3)).clip(0, 255).astype(np.uint8)


@pytest.fixture
def region() -> np.ndarray:
    mask = np.zeros((40, 56), bool)
    mask[8:32, 12:40] = True
    return mask


@pytest.fixture
def make_batch() -> Callable[..., dict]:
    """Make a batch of one; names are those of ``inputs``."""

    def make(**inputs: np.ndarray) -> dict:
        tensors = {
            key: [torch.from_numpy(np.atleast_3d(value).transpose(2, 0, 1).astype(np.uint8))]
            for key, value in inputs.items()
        }
        return {'inputs': tensors, 'data_samples': [PoseDataSample(metainfo={'img_path': 'a.jpg', 'img_id': 7})]}

    return make
