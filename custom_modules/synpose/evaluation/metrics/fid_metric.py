"""Fréchet and kernel distances between the images of a loader and a reference set."""

import copy
import json
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.device import get_device
from mmengine.dist import collect_results, is_main_process
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log
from mmengine.runner import Runner
from mmpose.registry import METRICS, MODELS
from torch import Tensor

from synpose.evaluation.feature_statistics import load_feature_statistics, save_feature_statistics
from synpose.evaluation.functional import FeatureMoments, domain_probe, frechet_distance, kernel_distance

ENOUGH_IMAGES = 2048


@METRICS.register_module()
class FIDMetric(BaseMetric):
    """Fréchet distance between the features of images and of a reference set, kernel distance (KID) and domain probe.

    The images are the data samples' ``translated``: what a translator makes of its sources, or, with
    ``IdentityTranslator`` as the model, the images of the loader as they are. They may differ in size.

    Under the Inception network that FID is defined by (``InceptionFeatures`` with its own weights) the figures are
    ``FID``, ``KID_mean``, ``KID_std`` and ``probe_accuracy``; under any other extractor ``FD_<name>``,
    ``KD_<name>_mean``, ``KD_<name>_std`` and ``probe_accuracy_<name>``. With the distances come the numbers of images,
    ``<figure>_n`` and ``<figure>_n_reference``, and for the kernel distance ``<figure>_subset_size``. FID falls with
    the number of images: compare figures of equal numbers.

    Memory does not grow with the number of images, but for kernel distance and probe: n x D x 4 bytes a set (2048
    features: 8 KiB an image). Each process takes its own images, reference too, and moments are merged exactly; the
    sampler must not repeat images (``round_up=False``).

    Args:
        extractor: Config of the feature extractor, see
            :class:`~synpose.models.feature_extractors.FeatureExtractor`.
        reference: Config of a dataloader, as ``test_dataloader``, or of a dataset, whose items have ``inputs`` with
            ``source``, ``(3, H, W)`` uint8 BGR. Its images are seen once, when the first figure is computed.
        statistics: An ``.npz`` file: read in place of the images if it exists, else written. Without ``reference`` it
            must exist. Remove it when the images of the reference change.
        kid: Whether to compute the kernel distance too.
        probe: Whether to measure too how well a linear classifier tells the two sets apart, see
            :func:`~synpose.evaluation.functional.domain_probe`.
        kid_subsets: Its subsets.
        kid_subset_size: Images of a subset; of smaller sets half of the smaller one.
        seed: Seed of the subsets.
        field: The data samples' field with the image, ``(H, W, 3)`` uint8 BGR.
        device: Device of the extractor; by default the one MMEngine trains on.
        prefix: Prefix of the figures' names.
        collect_device: Where results of several processes meet, ``'cpu'`` or ``'gpu'``.

    Raises:
        FileNotFoundError: If weights, images, or statistics without ``reference`` are missing.
        ValueError: If an argument is bad, the reference has fewer than two images, or the statistics are of another
            extractor or of other images.
    """

    def __init__(
        self,
        extractor: dict[str, Any],
        reference: dict[str, Any] | None = None,
        statistics: str | os.PathLike | None = None,
        kid: bool = False,
        kid_subsets: int = 100,
        kid_subset_size: int = 1000,
        seed: int = 0,
        field: str = 'translated',
        device: str | None = None,
        prefix: str | None = None,
        collect_device: str = 'cpu',
        probe: bool = False,
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)
        if kid and (kid_subsets < 1 or kid_subset_size < 2):
            raise ValueError(f'kid_subsets ({kid_subsets}) must be at least 1, kid_subset_size ({kid_subset_size}) 2')
        self.kid, self.kid_subsets, self.kid_subset_size = kid, kid_subsets, kid_subset_size
        self.probe = probe
        self.seed, self.field, self.statistics = seed, field, statistics
        self.device = device or get_device()
        self.extractor = MODELS.build(extractor).to(self.device)
        self._moments = FeatureMoments(self.extractor.num_features)
        self._reference_moments = FeatureMoments(self.extractor.num_features)
        self._reference_features: Tensor | None = None
        self._loader: Any = None  # of the reference, until its images have been seen
        self._source = None if reference is None else _describe(reference)
        if statistics is not None and Path(statistics).is_file():
            self._read_statistics(statistics)
        elif reference is not None:
            self._loader = _build_loader(reference)
        elif statistics is not None:
            raise FileNotFoundError(f'{statistics}: no such statistics, and no reference to make them of')
        else:
            raise ValueError('FIDMetric: give reference, statistics, or both')

    @property
    def figure_names(self) -> tuple[str, str, str]:
        """What the Fréchet distance, the kernel distance and the probe are called."""
        if getattr(self.extractor, 'is_fid_inception', False):
            return 'FID', 'KID', 'probe_accuracy'
        name = self.extractor.name
        return f'FD_{name}', f'KD_{name}', f'probe_accuracy_{name}'

    @property
    def _keeps_features(self) -> bool:
        return self.kid or self.probe

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Take in the images of a batch.

        Args:
            data_batch: Not used.
            data_samples: Each with ``field``; ``img_path`` names it where something is wrong.

        Raises:
            ValueError: If a sample has no such image, or its features are not finite.
        """
        names = [str(sample.get('img_path', 'an image')) for sample in data_samples]
        for sample, name in zip(data_samples, names):
            if self.field not in sample:
                raise ValueError(f'{name}: {self.field}: the model gives no such field (IdentityTranslator would)')
        images = [torch.as_tensor(np.asarray(sample[self.field])).permute(2, 0, 1) for sample in data_samples]
        features = self._extract(images, names)
        self._moments.add(features)
        # A result an image, as MMEngine counts them; the features only where they are needed.
        self.results.extend(features.numpy() if self._keeps_features else [()] * len(features))

    def evaluate(self, size: int) -> dict[str, float]:
        """Merge what all processes saw, and compute the figures.

        Args:
            size: Images of the dataset.

        Raises:
            ValueError: If images were seen twice, or there are too few.
        """
        self._see_reference()
        self._moments.merge_ranks()
        if self._moments.n > size:
            raise ValueError(
                f'FIDMetric: {self._moments.n} images were seen, but the dataset has {size}: its sampler repeats '
                f'images, set round_up=False'
            )
        try:
            return super().evaluate(size)
        finally:
            self._moments = FeatureMoments(self.extractor.num_features)

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Compute the figures from the merged moments.

        Args:
            results: The features of each image, ``(D,)``, where kernel distance or probe want them.
        """
        ours, reference = self._moments, self._reference_moments
        figure, kernel_figure, probe_figure = self.figure_names
        if ours.n < 2:
            raise ValueError(f'FIDMetric: {figure} needs at least 2 images, but the dataset gave {ours.n}')
        if min(ours.n, reference.n) < ENOUGH_IMAGES:
            print_log(
                f'{figure}: {ours.n} images against {reference.n}; with fewer than {ENOUGH_IMAGES} it comes out too '
                f'high, so compare only figures of equal numbers',
                'current',
                logging.WARNING,
            )
        distance = frechet_distance(ours.mean, ours.covariance, reference.mean, reference.covariance)
        metrics: dict[str, float] = {figure: distance, f'{figure}_n': ours.n, f'{figure}_n_reference': reference.n}
        if not self._keeps_features:
            return metrics
        assert self._reference_features is not None  # statistics without them were refused
        features = torch.from_numpy(np.stack(results))
        if self.probe:
            metrics[probe_figure] = domain_probe(features, self._reference_features)
        if self.kid:
            mean, spread, size = kernel_distance(
                features, self._reference_features, self.kid_subsets, self.kid_subset_size, self.seed
            )
            metrics[f'{kernel_figure}_mean'], metrics[f'{kernel_figure}_std'] = mean, spread
            metrics[f'{kernel_figure}_subset_size'] = size
        return metrics

    def _read_statistics(self, path: str | os.PathLike) -> None:
        self._reference_moments, self._reference_features = load_feature_statistics(path, self.extractor, self._source)
        if self._keeps_features and self._reference_features is None:
            raise ValueError(
                f'{path}: features: missing, and kernel distance and probe need them; delete it or name another'
            )

    def _see_reference(self) -> None:
        """Extract the features of the reference, each process of its share, and write the statistics."""
        if self._loader is None:
            return
        rows: list[np.ndarray] = []
        for batch in self._loader:
            samples = batch.get('data_samples') or [{}] * len(batch['inputs']['source'])
            names = [str(sample.get('img_path', 'an image')) for sample in samples]
            features = self._extract(batch['inputs']['source'], names)
            self._reference_moments.add(features)
            rows.extend(features.numpy() if self._keeps_features else [])
        self._reference_moments.merge_ranks()
        if self._keeps_features:
            gathered = collect_results(rows, len(self._loader.dataset), self.collect_device)
            self._reference_features = torch.from_numpy(np.stack(gathered)) if gathered else None
        if self.statistics is not None and is_main_process():
            save_feature_statistics(
                self.statistics, self._reference_moments, self.extractor, self._source or '', self._reference_features
            )
        self._loader = None

    @torch.inference_mode()
    def _extract(self, images: Sequence[Tensor], names: Sequence[str]) -> Tensor:
        """Return the features ``(B, D)`` float32, on the CPU, of BGR images ``(3, H, W)``."""
        for image, name in zip(images, names):
            if image.dtype != torch.uint8 or image.ndim != 3 or image.shape[0] != 3:
                raise ValueError(f'{name}: must be (3, H, W) uint8, but is {tuple(image.shape)} {image.dtype}')
        chunks = [self.extractor(batch.flip(1).to(self.device)).float().cpu() for batch in _same_size(images)]
        features = torch.cat(chunks) if chunks else torch.zeros(0, self.extractor.num_features)
        bad = (~features.isfinite().all(dim=1)).nonzero().flatten().tolist()
        if bad:
            raise ValueError(f'{names[bad[0]]}: its features under {self.extractor.name} are not finite')
        return features


def _same_size(images: Sequence[Tensor]) -> Iterator[Tensor]:
    """Stack neighbors of one size."""
    for _, group in groupby(images, key=lambda image: image.shape):
        yield torch.stack(list(group))


def _describe(reference: Mapping[str, Any]) -> str:
    """Return the config of the reference's dataset as JSON."""
    return json.dumps(reference.get('dataset', reference), sort_keys=True, default=str)


def _build_loader(reference: Mapping[str, Any]) -> Any:
    """Build the loader of the reference, each image once."""
    config: dict[str, Any] = dict(copy.deepcopy(reference) if 'dataset' in reference else {'dataset': reference})
    config = {'batch_size': 1, 'num_workers': 0, **config}
    config.setdefault('sampler', {'type': 'DefaultSampler', 'shuffle': False, 'round_up': False})
    if config['sampler'].get('round_up', True):
        raise ValueError('FIDMetric: reference: sampler: must not repeat images, set round_up=False')
    loader = Runner.build_dataloader(config)
    if len(loader.dataset) < 2:
        raise ValueError(f'FIDMetric: reference: needs at least 2 images, but has {len(loader.dataset)}')
    return loader
