"""Poses on any photos: find the files, run a model, save COCO results and drawings."""

import glob
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import Compose, pseudo_collate
from mmengine.registry import init_default_scope
from mmpose.apis import init_model
from mmpose.structures import PoseDataSample
from rich.progress import track
from torch import nn

from synpose.datasets.videos import VIDEO_SUFFIXES
from synpose.engine.hooks.results_hook import to_coco_result
from synpose.files import atomic_path, write_json
from synpose.reporting.drawing import Skeleton, draw_poses
from synpose.reporting.images import encode_jpeg, read_image

IMAGE_SUFFIXES = ('.jpg', '.jpeg', '.png', '.bmp', '.webp', '.tif', '.tiff')


@dataclass(frozen=True)
class PredictionSummary:
    """What became of a list of images.

    Attributes:
        num_images: Images predicted and drawn.
        num_people: Poses drawn on them.
        failures: One message for each image that could not be read.
    """

    num_images: int
    num_people: int
    failures: list[str]


def find_images(sources: Sequence[str]) -> list[Path]:
    """Turn files, folders and globs into a list of image files, each once, in the order given.

    A folder gives the images directly in it, a glob (``**`` allowed) those it matches, both sorted by name. A file
    is taken whatever its suffix.

    Raises:
        FileNotFoundError: If a source names nothing, or holds no image.
    """
    found: dict[Path, None] = {}
    for source in sources:
        if os.path.isfile(source):
            paths = [Path(source)]
        else:
            pattern = os.path.join(glob.escape(source), '*') if os.path.isdir(source) else source
            matches = [Path(name) for name in glob.glob(pattern, recursive=True)]
            paths = sorted(path for path in matches if path.suffix.lower() in IMAGE_SUFFIXES)
        if not paths:
            raise FileNotFoundError(f'{source}: no such file, or a folder or pattern without images')
        found.update(dict.fromkeys(paths))
    return list(found)


def load_model(
    config: str | os.PathLike,
    checkpoint: str | os.PathLike,
    device: str = 'cpu',
    cfg_options: Mapping[str, Any] | None = None,
) -> nn.Module:
    """Build a model and load its weights.

    Args:
        config: Config file.
        checkpoint: Checkpoint file or URL.
        device: Torch device.
        cfg_options: Settings to override, ``{'model.test_cfg.flip_test': False}``.

    Returns:
        The model of :func:`mmpose.apis.init_model`, in evaluation mode.

    Raises:
        FileNotFoundError: If the config or the checkpoint is missing.
    """
    for path in (config, checkpoint):
        if '://' not in str(path) and not Path(path).is_file():
            raise FileNotFoundError(f'{path}: no such file')
    loaded = Config.fromfile(config)
    loaded.merge_from_dict(dict(cfg_options or {}))
    return init_model(loaded, str(checkpoint), device=device)


def predict_batch(model: nn.Module, images: Sequence[np.ndarray]) -> list[PoseDataSample]:
    """Predict poses with a model of :func:`mmpose.apis.init_model`, through its config's test pipeline.

    A top-down model sees each whole image as one person, since photos come without boxes.

    Args:
        model: A pose estimator with ``cfg`` and ``dataset_meta``.
        images: Each ``(H, W, 3)`` uint8, blue green red. More than one only where the model's head decodes batches.

    Returns:
        One data sample an image, ``pred_instances`` in px of that image.

    Raises:
        ValueError: If the model's head refuses more than one image at once.
    """
    config: Any = model.cfg
    init_default_scope(config.get('default_scope', 'mmpose'))
    dataset = config.test_dataloader.dataset
    top_down = dataset.get('data_mode', config.get('data_mode', 'topdown')) == 'topdown'
    pipeline = Compose(dataset.pipeline)
    batch = []
    for index, image in enumerate(images):
        sample: dict[str, Any] = {'img': image, 'img_id': index, 'img_path': '', **model.dataset_meta}  # type: ignore[dict-item]
        if top_down:
            box = np.array([[0, 0, image.shape[1], image.shape[0]]], dtype=np.float32)
            sample.update(bbox=box, bbox_score=np.ones(1, dtype=np.float32))
        batch.append(pipeline(sample))
    try:
        with torch.no_grad():
            samples: list[PoseDataSample] = model.test_step(pseudo_collate(batch))  # type: ignore[operator]
    except AssertionError as error:  # how MMPose's bottom-up heads refuse a batch
        if len(batch) == 1:
            raise
        raise ValueError(f'this model cannot predict {len(batch)} images at once: {error}') from error
    return samples


def predict_images(
    model: nn.Module, paths: Sequence[Path], out: str | os.PathLike, score_thr: float = 0.3, batch_size: int = 1
) -> PredictionSummary:
    """Predict and draw poses on photos; a damaged photo is recorded and the rest goes on.

    Writes one JPEG an image and ``predictions.json``: a list of COCO keypoint results, all scores, with ``file_name``
    and ``image_id`` (the image's place in ``paths``, counted from 1).

    Args:
        model: A model of :func:`mmpose.apis.init_model`.
        paths: Image files.
        out: Folder to write to.
        score_thr: Poses and joints below this score are not drawn.
        batch_size: Images a forward pass.

    Returns:
        The counts, and what failed.

    Raises:
        ValueError: If a file to write is one of ``paths``, as :func:`plan_drawings` says.
    """
    out = Path(out)
    drawings = plan_drawings(paths, out)
    skeleton = Skeleton.from_metainfo(model.dataset_meta)  # type: ignore[arg-type]
    results: list[dict[str, Any]] = []
    failures: list[str] = []
    drawn = done = 0
    for batch in _read_batches(paths, batch_size, failures):
        samples = predict_batch(model, [image for _, image in batch])
        for (place, image), sample in zip(batch, samples):
            entries = to_coco_result({**sample.to_dict(), 'img_id': place + 1})
            results += [{**entry, 'file_name': str(paths[place])} for entry in entries]
            kept = [entry['keypoints'] for entry in entries if entry['score'] >= score_thr]
            poses = np.array(kept).reshape(-1, len(skeleton.names), 3)
            draw_poses(image, poses[..., :2], skeleton, shown=poses[..., 2] >= score_thr)
            with atomic_path(drawings[place]) as temporary:
                temporary.write_bytes(encode_jpeg(image, quality=92))
            drawn += len(poses)
            done += 1
    write_json(out / 'predictions.json', results)
    return PredictionSummary(done, drawn, failures)


def plan_drawings(paths: Sequence[Path], out: str | os.PathLike) -> list[Path]:
    """Name the drawing of every image, and make sure that none takes the place of an image.

    Args:
        paths: Image files, or videos.
        out: Folder of the drawings.

    Returns:
        One JPEG path an image, one MP4 path a video; files of the same stem from different folders get a number.

    Raises:
        ValueError: If a drawing would overwrite one of ``paths``, also where links hide that the two are one file.
    """
    drawings = [Path(out, name) for name in _output_names(paths)]
    inputs = {_file_identity(path) for path in paths if path.exists()}
    for path, drawing in zip(paths, drawings):
        if drawing.exists() and _file_identity(drawing) in inputs:
            raise ValueError(f'{drawing}: the drawing of {path} would overwrite this input; choose another folder')
    return drawings


def _file_identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino


def _read_batches(
    paths: Sequence[Path], batch_size: int, failures: list[str]
) -> Iterator[list[tuple[int, np.ndarray]]]:
    batch: list[tuple[int, np.ndarray]] = []
    for place, path in enumerate(track(paths, 'predicting')):
        try:
            batch.append((place, read_image(path)))
        except (OSError, ValueError) as error:
            failures.append(str(error))
        if len(batch) == batch_size:
            yield batch
            batch = []
    if batch:
        yield batch


def _output_names(paths: Sequence[Path]) -> list[str]:
    """Return one name a file, JPEG or, for videos, MP4; files of the same stem from different folders get a number."""
    used: set[str] = set()
    names = []
    for path in paths:
        suffix = '.mp4' if path.suffix.lower() in VIDEO_SUFFIXES else '.jpg'
        name, number = f'{path.stem}{suffix}', 2
        while name in used:
            name, number = f'{path.stem}-{number}{suffix}', number + 1
        used.add(name)
        names.append(name)
    return names
