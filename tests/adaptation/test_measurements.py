"""Means over the images that have a number, whatever order they were written in."""

import json

import pytest

from synpose.adaptation.measurements import mean_measurements, write_measurements


def test_means_are_over_the_images_that_have_the_number(tmp_path):
    write_measurements(tmp_path, 'room/b.jpg', {'clipped': 0.5, 'restyled': 1})
    write_measurements(tmp_path, 'a.jpg', {'clipped': 0.25})
    write_measurements(tmp_path, 'stranger.jpg', {'clipped': 100})
    means = mean_measurements(tmp_path, {'room/b.jpg', 'a.jpg', 'without.jpg'})
    assert means == {'clipped': 0.375, 'clipped_images': 2, 'restyled': 1.0, 'restyled_images': 1}
    assert json.loads((tmp_path / 'measurements/room/b.json').read_text()) == {'clipped': 0.5, 'restyled': 1.0}


def test_nothing_measured(tmp_path):
    assert mean_measurements(tmp_path, {'a.jpg'}) == {}


def test_a_number_that_is_not_finite_is_an_error(tmp_path):
    with pytest.raises(ValueError, match=r'a\.jpg: measurements: clipped is nan'):
        write_measurements(tmp_path, 'a.jpg', {'clipped': float('nan')})
    assert not list(tmp_path.iterdir())
