"""Synthetic losses are averaged, the hardest real image is kept; what is not finite counts for nothing."""

import math

import pytest
import torch
from mmpose.structures import PoseDataSample

from synpose.teaching.collected_losses import CollectedLosses

NAN, INF = math.nan, math.inf


def samples(*labels):
    return [PoseDataSample(metainfo={'domain_label': label}) for label in labels]


def images(*grays):
    return [torch.full((3, 2, 2), gray, dtype=torch.uint8) for gray in grays]


def collected():
    return CollectedLosses(lambda image: image.float())


def test_means_and_the_hardest():
    losses = collected()
    assert math.isnan(losses.mean)
    losses.add(torch.tensor([1.0, 3.0, 10.0, 20.0]), samples(0, 0, 1, 1), images(1, 2, 3, 4))
    losses.add(torch.tensor([2.0, 30.0]), samples(0, 1), images(5, 6))
    assert losses.mean == 20
    assert losses.image.unique().item() == 2  # the real one of 3.0; synthetic ones are never looked at
    losses.forget()
    assert math.isnan(losses.mean)
    assert losses.image.unique().item() == 2
    losses.add(torch.tensor([0.5, 1.0]), samples(0, 1), images(7, 8))
    assert losses.image.unique().item() == 7


def test_what_is_not_finite_counts_for_nothing():
    losses = collected()
    losses.add(torch.tensor([NAN, 1.0, INF, 4.0, NAN]), samples(0, 0, 0, 1, 1), images(1, 2, 3, 4, 5))
    assert losses.mean == 4
    assert losses.image.unique().item() == 2
    losses.forget()
    losses.add(torch.tensor([NAN, NAN]), samples(0, 1), images(6, 7))
    assert math.isnan(losses.mean)
    assert losses.image.unique().item() == 2


def test_without_somebody_who_looks_no_image_is_kept():
    losses = CollectedLosses()
    losses.add(torch.tensor([1.0, 2.0]), samples(0, 1), images(1, 2))
    assert losses.image is None
    other = CollectedLosses()
    other.load_state_dict(losses.state_dict())
    other.add(torch.tensor([1.0, 4.0]), samples(0, 1), images(1, 2))
    assert other.mean == pytest.approx(3)
