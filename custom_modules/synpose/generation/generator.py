"""What all generators share: a plan of images, rendered by any number of processes into one dataset folder."""

import json
import os
from abc import ABCMeta, abstractmethod
from collections.abc import Hashable, Mapping, Sequence
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any, Protocol

import numpy as np

from synpose.generation.people import PersonFactory
from synpose.generation.writer import DatasetWriter
from synpose.version import __version__

_PACKAGES = ('mitsuba', 'drjit', 'anny', 'torch', 'numpy', 'opencv-python-headless', 'scipy')


class Planned(Protocol):
    """One image of a generator's plan."""

    @property
    def image_id(self) -> int:
        """From 1, in the order of the full plan."""

    @property
    def split(self) -> str:
        """One of :data:`~synpose.generation.writer.SPLITS`."""

    @property
    def unit(self) -> Hashable:
        """What the images rendered together share, e.g. (scene, frame)."""


@lru_cache(maxsize=1)
def _load_factory(options: str) -> PersonFactory:
    """Load the body model, once per worker process; ``options`` is JSON."""
    return PersonFactory(**json.loads(options))


class DatasetGenerator(metaclass=ABCMeta):
    """Renders a dataset folder from a plan of images.

    A subclass says which images there are (:meth:`plan`) and renders one unit of them (:meth:`render_unit`). Every
    random choice comes from :meth:`rng`, keyed by what it is for, so an image's bytes do not depend on which process
    renders it, or when.

    Args:
        seed: Seed of everything, >= 0.
        options: The subclass's arguments, of JSON types; they go into ``dataset.json``.
        splits: The splits to write, also when empty.

    Attributes:
        requires: Packages that rendering imports.
    """

    requires: tuple[str, ...] = ('mitsuba', 'anny')

    def __init__(self, seed: int, options: Mapping[str, Any], splits: Sequence[str]) -> None:
        self.seed = seed
        self.options = dict(options)
        self.splits = tuple(splits)

    @abstractmethod
    def plan(self) -> Sequence[Planned]:
        """List the images to render, by image id."""

    @abstractmethod
    def render_unit(self, shots: Sequence[Any], writer: DatasetWriter) -> int:
        """Render planned images of one unit and write them.

        Args:
            shots: Those of the unit's images that are missing.
            writer: Where they go.

        Returns:
            The number of images written.
        """

    def rng(self, *key: int) -> np.random.Generator:
        """Return the random generator of one purpose; the same key always gives the same numbers."""
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=key))

    def factory(self) -> PersonFactory:
        """Return this process's maker of people."""
        return _load_factory(json.dumps(self.options.get('people') or {}))

    def header(self) -> dict[str, Any]:
        """Describe the dataset: enough to render it again, bit for bit."""
        versions = {'synpose': __version__, **{name: _version(name) for name in _PACKAGES}}
        return {'format': 'SynPose', 'generator': {'type': type(self).__name__, **self.options}, 'versions': versions}

    def run(self, out: str | os.PathLike, workers: int = 1, resume: bool = False) -> dict[str, dict[str, Any]]:
        """Render the dataset.

        Args:
            out: Folder to write.
            workers: Processes; the bytes written do not depend on it. -1 uses all cores.
            resume: Continue a run that was cut off.

        Returns:
            Per split the numbers of ``images``, ``people`` and people ``left_out``, and how many people were
            ``redrawn``, by reason; empty if all was done before.

        Raises:
            ImportError: If the renderer or the body model is not installed.
            OSError: If the folder cannot be written, is not empty, or another run is writing it.
            ValueError: If the folder cannot be resumed with this configuration.
        """
        for package in self.requires:
            if find_spec(package) is None:
                raise ImportError(f'{package} is not installed; pip install synpose[generate]', name=package)
        writer = DatasetWriter(out, self.header())
        try:
            return {} if writer.open(resume) else self._render_missing(writer, workers)
        finally:
            writer.close()

    def _render_missing(self, writer: DatasetWriter, workers: int) -> dict[str, dict[str, Any]]:
        from joblib import Parallel, delayed
        from tqdm import tqdm

        shots = self.plan()
        missing = [shot for shot in shots if not writer.has(shot.image_id)]
        units: dict[Hashable, list[Planned]] = {}
        for shot in missing:
            units.setdefault(shot.unit, []).append(shot)
        jobs = (delayed(self.render_unit)(unit, writer) for unit in units.values())
        with tqdm(total=len(shots), initial=len(shots) - len(missing), unit='image', desc='rendering') as bar:
            for done in Parallel(n_jobs=workers, return_as='generator_unordered', batch_size=1)(jobs):
                bar.update(done)
        return writer.finish([shot.image_id for shot in shots], self.splits)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return 'not installed'
