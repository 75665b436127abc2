"""What a job over a dataset is: its model, its source and its options, as plain JSON values to compare and to keep."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.dataset import BaseDataset
from mmengine.runner.checkpoint import get_state_dict
from torch import nn

from synpose.files import sha256
from synpose.provenance import describe_versions

_VERSIONS = ('python', 'synpose', 'torch', 'numpy', 'cv2', 'mmengine', 'mmpose')
_PLACES = ('data_root', 'store_files')  # where the source lies does not matter: its content does


def describe_model(model: nn.Module, config: Config, checkpoint: str | None) -> dict[str, Any]:
    """Describe a model and all settings that decide what it makes of a picture.

    Args:
        model: The loaded model, without a wrapper.
        config: The whole configuration.
        checkpoint: Where its weights came from; None if there was no checkpoint.

    Returns:
        ``type``, ``config`` (the model's, the dataset's with its pipeline, the test loop's),
        ``checkpoint_sha256``, or ``weights_sha256`` where the weights are not from a file, and what a model that has a
        method ``describe`` says of itself, e.g. which other models it uses.
    """
    dataset = {key: value for key, value in config.test_dataloader.dataset.items() if key not in _PLACES}
    settings = {'model': config.model, 'dataset': dataset, 'test_cfg': config.get('test_cfg')}
    describe: Callable[[], dict[str, Any]] = getattr(model, 'describe', dict)
    says = describe()
    return {'type': type(model).__name__, **describe_weights(model, checkpoint), 'config': as_json(settings), **says}


def describe_weights(model: nn.Module, checkpoint: str | None) -> dict[str, str]:
    """Return ``checkpoint_sha256`` of a checkpoint that is a file; for another ``weights_sha256`` of the model."""
    if checkpoint is not None and Path(checkpoint).is_file():
        return {'checkpoint_sha256': sha256(checkpoint)}
    return {'weights_sha256': weights_sha256(model)}


def describe_source(data_root: Path, ann_files: Sequence[str]) -> dict[str, Any]:
    """Describe the dataset that a job reads.

    Args:
        data_root: Its folder.
        ann_files: Its annotation files, below the folder.

    Returns:
        ``dataset``, the content of its ``dataset.json`` (None without one), and ``annotations``, the SHA-256 of each
        annotation file.

    Raises:
        FileNotFoundError: If there is no such annotation file.
        ValueError: If its ``dataset.json`` is broken.
    """
    manifest = data_root / 'dataset.json'
    content = None
    if manifest.is_file():
        try:
            content = json.loads(manifest.read_bytes())
        except ValueError as error:
            raise ValueError(f'{manifest}: not valid JSON ({error})') from error
    hashes = {}
    for ann_file in ann_files:
        path = data_root / ann_file
        if not path.is_file():
            raise FileNotFoundError(f'{path}: no such annotation file (data_root={str(data_root)!r})')
        hashes[ann_file] = sha256(path)
    return {'dataset': content, 'annotations': hashes}


def describe_inputs(dataset: BaseDataset) -> list[Any]:
    """Describe what the dataset's pipeline reads beside the source, e.g. the photos that styles are drawn from.

    Args:
        dataset: The dataset. Transforms with a say in it have a method ``describe`` that returns JSON values.
    """
    return [step.describe() for step in dataset.pipeline.transforms if hasattr(step, 'describe')]


def describe_job_versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that every job uses."""
    versions = describe_versions()
    return {name: versions[name] for name in _VERSIONS if name in versions}


def weights_sha256(model: nn.Module) -> str:
    """Return the SHA-256 over names and values of a model's parameters and buffers."""
    digest = hashlib.sha256()
    for name, value in sorted(get_state_dict(model).items()):
        if isinstance(value, torch.Tensor):
            digest.update(f'{name} {value.dtype} {tuple(value.shape)}\n'.encode())
            digest.update(value.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def differences(found: Any, wanted: Any, name: str = '') -> Iterator[str]:
    """Name the places where two JSON values differ.

    Args:
        found: The one.
        wanted: The other.
        name: What the values are called.

    Yields:
        ``'name.of.field was ... and is ...'`` for each place.
    """
    if isinstance(found, Mapping) and isinstance(wanted, Mapping):
        for key in sorted({*found, *wanted}):
            yield from differences(found.get(key), wanted.get(key), f'{name}.{key}' if name else key)
    elif found != wanted:
        yield f'{name} was {_short(found)} and is {_short(wanted)}'


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 100 else f'{text[:97]}...'


def as_json(settings: dict[str, Any]) -> dict[str, Any]:
    """Turn settings into what reading them from JSON would give; classes and functions become their names."""
    plain = Config(settings).to_dict()
    return json.loads(json.dumps(plain, default=lambda value: getattr(value, '__qualname__', str(value))))
