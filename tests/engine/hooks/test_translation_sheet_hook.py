"""A sheet shows the images, on disk, at its interval, and changes nothing."""

import numpy as np
import pytest
import torch

from synpose.engine.hooks import TranslationSheetHook
from synpose.engine.hooks.translation_sheet_hook import sheet
from synpose.testing.small_translator import small_ctgan, translation_batch


def test_layout():
    red = torch.tensor([1.0, -1.0, -1.0]).view(1, 3, 1, 1).expand(2, 3, 4, 6)
    mask = torch.ones(2, 1, 4, 6)
    mask[1] = 0
    pixels = sheet({'s': red, 'G(s)': -red}, mask, gap=2)
    assert pixels.shape == (4 + 2 + 4, 6 + 2 + 6 + 2 + 6, 3)
    assert pixels[0, 0].tolist() == [255, 0, 0]
    assert pixels[0, 8].tolist() == [0, 255, 255]
    assert pixels[4, 0].tolist() == [255, 255, 255]
    assert (pixels[0, 16].tolist(), pixels[9, 16].tolist()) == ([255] * 3, [0] * 3)
    assert sheet({'s': red}, None).shape == (12, 6, 3)


@pytest.mark.parametrize('options', [{'interval': 0}, {'max_images': 0}])
def test_bad_arguments(options):
    with pytest.raises(ValueError, match='must be positive'):
        TranslationSheetHook(**options)


class Visualizer:
    def __init__(self):
        self.added = []

    def add_image(self, name, image, step):
        self.added.append((name, image.shape, image.dtype, step))


class Runner:
    def __init__(self, model):
        self.model, self.visualizer, self.iter = model, Visualizer(), 0


def test_every_nth_iteration():
    model, hook = small_ctgan(), TranslationSheetHook(interval=2, max_images=1)
    runner = Runner(model)
    before, state = {k: v.clone() for k, v in model.state_dict().items()}, torch.get_rng_state()
    for iteration in range(4):
        runner.iter = iteration
        hook.after_train_iter(runner, iteration, translation_batch())
    assert runner.visualizer.added == [('translation', (16, 7 * 24 + 6 * 4, 3), np.uint8, step) for step in (2, 4)]
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert torch.equal(torch.get_rng_state(), state)
