"""Features of a pose model's backbone."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from mmengine.config import Config
from mmengine.runner.checkpoint import CheckpointLoader
from mmpose.registry import MODELS
from torch import Tensor, nn

from synpose.files import sha256

from .feature_extractor import FeatureExtractor


@MODELS.register_module()
class PoseBackboneFeatures(FeatureExtractor):
    """The maps that a trained pose model's head sees, averaged over the image.

    Of use where Inception's weights are not at hand, or where the question is what the pose model itself sees of a
    domain. Images are stretched to one size, bilinear with antialiasing, and normalized as the model does. Of several
    maps the averages stand one after another.

    Args:
        config: Config file of any MMPose model with a backbone.
        checkpoint: File or URL of its weights; those of backbone and neck must be there, all and none other.
        name: What the figure is called: ``FD_<name>``.
        input_size: Width and height, px; by default those of the config's test pipeline.

    Raises:
        FileNotFoundError: If config or checkpoint are missing.
        ValueError: If the checkpoint is of another model, the config names no pose model, or no size is known.
    """

    def __init__(
        self,
        config: str | os.PathLike,
        checkpoint: str | os.PathLike,
        name: str = 'pose-backbone',
        input_size: tuple[int, int] | None = None,
    ) -> None:
        for path in (config, checkpoint):
            if '://' not in str(path) and not Path(path).is_file():
                raise FileNotFoundError(f'{path}: no such file')
        loaded = Config.fromfile(config)
        size = tuple(input_size or _input_size(loaded, config))
        weights = sha256(checkpoint) if Path(checkpoint).is_file() else str(checkpoint)
        super().__init__(name, f'sha256:{weights} {size[0]}x{size[1]}')
        self.input_size = size
        model = MODELS.build(loaded.model) if 'model' in loaded else None
        if model is None or not hasattr(model, 'extract_feat'):
            raise ValueError(f'{config}: model: not a pose model with a backbone')
        model.head = None
        _load_backbone(model, str(checkpoint), str(config))
        self.model = model
        self.freeze()
        with torch.inference_mode():
            self.num_features = self(torch.zeros(1, 3, 8, 8, dtype=torch.uint8)).shape[1]

    def forward(self, images: Tensor) -> Tensor:
        """Return features ``(B, D)`` of images ``(B, 3, H, W)`` uint8 RGB, any size."""
        resized = F.interpolate(images.float(), self.input_size[::-1], mode='bilinear', antialias=True)
        preprocessor = self.model.data_preprocessor.to(images.device)  # moved by its own `to` alone
        batch = preprocessor({'inputs': list(resized.flip(1)), 'data_samples': []})
        maps = self.model.extract_feat(batch['inputs'])
        maps = [maps] if isinstance(maps, Tensor) else maps
        return torch.cat([values.mean(dim=(2, 3)) for values in maps], dim=1)


def _input_size(config: Config, path: str | os.PathLike) -> tuple[int, int]:
    """Find the size that the test pipeline brings images to, (w, h) px."""
    for transform in config.get('test_dataloader', {}).get('dataset', {}).get('pipeline', ()):
        if 'input_size' in transform:
            return transform['input_size']
    raise ValueError(f'{path}: test_dataloader: no transform of the pipeline has an input_size; give input_size')


def _load_backbone(model: nn.Module, checkpoint: str, config: str) -> None:
    """Load backbone and neck, which must fit."""
    content: Any = CheckpointLoader.load_checkpoint(checkpoint, map_location='cpu')
    state = content.get('state_dict', content) if isinstance(content, Mapping) else {}
    wanted = dict(_of_backbone(model.state_dict()))
    given = dict(_of_backbone(state))
    problems = [f'{key} is missing' for key in wanted.keys() - given.keys()]
    problems += [f'{key} is unknown' for key in given.keys() - wanted.keys()]
    problems += [
        f'{key} is {tuple(given[key].shape)}, not {tuple(wanted[key].shape)}'
        for key in wanted.keys() & given.keys()
        if given[key].shape != wanted[key].shape
    ]
    if problems:
        more = f' (and {len(problems) - 1} more)' if len(problems) > 1 else ''
        raise ValueError(f'{checkpoint}: state_dict: does not fit {config}: {min(problems)}{more}')
    model.load_state_dict(given, strict=False)


def _of_backbone(state: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the entries of backbone and neck, without the prefix that wrappers add."""
    for key, value in state.items():
        bare = key.removeprefix('module.')
        if bare.startswith(('backbone.', 'neck.')):
            yield bare, value
