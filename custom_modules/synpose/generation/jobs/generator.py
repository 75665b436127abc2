"""What all generators share: a plan of images, rendered by any number of processes into one dataset folder."""

import json
import os
import sys
from abc import ABCMeta, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from mmengine.logging import print_log

from synpose.files import sha256
from synpose.generation.jobs.backends import check_backend, run_jobs
from synpose.generation.jobs.card import About, check_card
from synpose.generation.jobs.inputs import locate_people, people_files
from synpose.generation.jobs.options import require
from synpose.generation.jobs.shards import Planned, Shard, group_units, shard_of_units
from synpose.generation.jobs.writer import DatasetWriter
from synpose.version import __version__

if TYPE_CHECKING:
    from synpose.generation.people.factory import PersonFactory

_PACKAGES = ('mitsuba', 'drjit', 'anny', 'torch', 'numpy', 'scipy', 'python-fcl')
_LOG_PERIOD = 10.0  # s between two progress lines that no terminal overwrites


@lru_cache(maxsize=1)
def _load_factory(options: str) -> 'PersonFactory':
    """Load the body model, once per worker process; ``options`` is JSON."""
    from synpose.generation.people.factory import PersonFactory

    return PersonFactory(**json.loads(options))


class DatasetGenerator(metaclass=ABCMeta):
    """Renders a dataset folder from a plan of images.

    A subclass says which images there are (:meth:`plan`) and renders one unit of them (:meth:`render_unit`). Every
    random choice comes from :meth:`rng`, keyed by what it is for, so an image's bytes do not depend on which process
    renders it, or when.

    Args:
        seed: Seed of everything, >= 0.
        options: The subclass's arguments, of JSON types; they go into ``dataset.json``. ``options['card']`` says what
            the dataset's card cannot know, see :func:`synpose.generation.jobs.card.check_card`.
        splits: The splits to write, also when empty.

    Attributes:
        base: The folder that relative paths of the options start from: where the generator was made.
        requires: Packages that rendering imports.
        title: The dataset's name on its card.
        summary: What the pictures show and how they are made, for the card.
        citations: The papers behind it, for the card.

    Raises:
        ValueError: If the card's options are unknown.
    """

    requires: tuple[str, ...] = ('mitsuba', 'anny', 'fcl')
    title = About.title
    summary = About.summary
    citations = About.citations

    def __init__(self, seed: int, options: Mapping[str, Any], splits: Sequence[str]) -> None:
        self.seed = seed
        self.options = dict(options)
        self.splits = tuple(splits)
        self.base = Path.cwd()
        check_card(self.options.get('card') or {})

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

    def factory(self) -> 'PersonFactory':
        """Return this process's maker of people."""
        return _load_factory(json.dumps(locate_people(self.options.get('people') or {}, self.path)))

    def path(self, name: str | os.PathLike) -> Path:
        """Return a path of the options as an absolute one, the same in any process."""
        return self.base / name

    def files(self) -> list[Path]:
        """List the user's files that the pictures depend on, as the options name them; a subclass adds its own.

        Raises:
            FileNotFoundError: If one is missing.
            ValueError: If one cannot be read.
        """
        return people_files(self.options.get('people') or {}, self.path)

    def check(self) -> None:
        """Check what rendering needs beyond its packages; called before anything is written.

        Raises:
            FileNotFoundError: If a file is missing.
            ValueError: If a file cannot be read.
        """
        for file in self.files():
            if not self.path(file).is_file():
                raise FileNotFoundError(f'{self.path(file)}: no such file')

    def unjudged(self) -> 'DatasetGenerator':
        """Return a generator for a sample: one that does not spend hours on its inputs first."""
        return self

    def header(self) -> dict[str, Any]:
        """Describe the dataset: enough to render it again, bit for bit, from the same files."""
        versions = {'synpose': __version__, **{name: _version(name) for name in _PACKAGES}, 'opencv': cv2.__version__}
        generator = {'type': type(self).__name__, **self.options}
        digests = {str(file): sha256(self.path(file)) for file in self.files()}
        files = {'files': digests} if digests else {}
        return {'format': 'SynPose', 'generator': generator, 'versions': versions, **files}

    def about(self) -> About:
        """Say what the dataset's card tells; a subclass that uses photos adds them to ``rights``."""
        body = ((self.options.get('people') or {}).get('body') or {}).get('type', 'AnnyBody')
        rights = () if body == 'AnnyBody' else (f'people of a licensed body model ({body})',)
        return About(self.title, self.summary, self.citations, rights)

    def check_packages(self) -> None:
        """Raise ImportError naming the first package that rendering needs and that is not installed."""
        for package in self.requires:
            if find_spec(package) is None:
                raise ImportError(f'{package} is not installed; pip install synpose[generate]', name=package)

    def run(
        self,
        out: str | os.PathLike,
        workers: int | None = None,
        resume: bool = False,
        backend: str = 'loky',
        address: str | None = None,
        shard: Shard | None = None,
    ) -> dict[str, dict[str, Any]]:
        """Render the dataset. Its bytes depend on none of the arguments.

        Args:
            out: Folder to write.
            workers: Processes; -1 uses all cores. 1 by default, or all cores of a cluster.
            resume: Continue a run that was cut off.
            backend: Where the processes run, one of :data:`synpose.generation.jobs.backends.BACKENDS`.
            address: The cluster's address; None starts one on this machine.
            shard: Render only this part, beside other jobs that render the rest into the same folder.

        Returns:
            Per split the numbers of ``images``, ``people`` and people ``left_out`` (who show too few pixels; those
            who show none are in no count), and how many people were ``redrawn``, by reason. Empty if all was done
            before, or other shards are still to finish (which is logged).

        Raises:
            ImportError: If the renderer, the body model or the cluster's package is not installed.
            OSError: If the folder cannot be written, is not empty, or another run is writing it.
            ValueError: If an argument is bad, or the folder cannot be resumed with this configuration.
        """
        require(workers is None or workers == -1 or workers >= 1, f'workers: {workers} is neither -1 nor at least 1')
        check_backend(backend, address)
        self.check_packages()
        self.check()
        writer = DatasetWriter(out, self.header)
        try:
            if writer.open(resume, shard):
                print_log(f'{writer.root}: complete already', 'current')
                return {}
            shots = self.plan()
            self._render_missing(writer, shots, shard, (workers, backend, address))
            if shard is not None and not self._is_last(writer, shots, shard):
                return {}
            return writer.finish(shots, self.splits, self.about())
        finally:
            writer.close()

    def _render_missing(
        self,
        writer: DatasetWriter,
        shots: Sequence[Planned],
        shard: Shard | None,
        where: tuple[int | None, str, str | None],
    ) -> None:
        from tqdm import tqdm

        units = group_units(shots)
        if shard is not None:
            number = shard_of_units(list(units), shard.of)
            units = {unit: members for unit, members in units.items() if number[unit] == shard.number}
        total = sum(map(len, units.values()))
        missing = [[shot for shot in members if not writer.has(shot.image_id)] for members in units.values()]
        jobs = [(self, members, writer) for members in missing if members]
        left = sum(len(members) for _, members, _ in jobs)
        label = 'rendering' if shard is None else f'shard {shard}'
        people = 0
        period = 0.1 if sys.stderr.isatty() else _LOG_PERIOD
        with tqdm(total=total, initial=total - left, unit='image', desc=label, mininterval=period) as bar:
            for images, seen in run_jobs(_render_unit, jobs, *where):
                people += seen
                bar.set_postfix(people=people, refresh=False)
                bar.update(images)

    def _is_last(self, writer: DatasetWriter, shots: Sequence[Planned], shard: Shard) -> bool:
        """Tell whether all images are there, with the folder now held alone; log what is missing otherwise."""
        if not writer.take_over():
            waiting = 'others are still at work; if none is, run once more with --resume'
            state = 'the dataset is complete' if writer.is_complete() else waiting
            print_log(f'shard {shard} is done; {state}', 'current')
            return False
        number = shard_of_units(list(group_units(shots)), shard.of)
        recorded = writer.recorded()
        absent = [shot for shot in shots if shot.image_id not in recorded]
        if not absent:  # reading all records takes minutes, with others kept out
            absent = [shot for shot in shots if not writer.has(shot.image_id)]
        missing = Counter(number[shot.unit] for shot in absent)
        if missing:
            each = ', '.join(f'{Shard(i, shard.of)} ({count} images)' for i, count in sorted(missing.items()))
            print_log(
                f'shard {shard} is done; still missing: {each}. Start these, with --resume if they were begun before, '
                'or everything that is left with --resume and without --shard',
                'current',
            )
        return not missing


def _render_unit(generator: DatasetGenerator, shots: Sequence[Any], writer: DatasetWriter) -> tuple[int, int]:
    """Render one unit in a worker process; return the numbers of images and people written."""
    before = writer.people
    images = generator.render_unit(shots, writer)
    return images, writer.people - before


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return 'not installed'
