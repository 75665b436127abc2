"""What evaluators that write a dataset share: whose folder it is, what is finished, what is left to do."""

import logging
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from mmengine.dist import broadcast_object_list, is_main_process
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner

from synpose.adaptation.job_folder import JobFolder, explained
from synpose.adaptation.job_identity import describe_inputs, describe_job_versions, describe_model, describe_source
from synpose.adaptation.job_plan import LINKED, check_inside, plan_job
from synpose.adaptation.linked_files import link_file
from synpose.adaptation.measurements import mean_measurements, write_measurements

T = TypeVar('T')


class DatasetWriter(BaseMetric):
    """Writes a new dataset folder from what a model makes of the images of another.

    It is the evaluator of a :class:`~synpose.engine.loops.DatasetJobLoop`, which asks it for the images that are left
    (:meth:`remaining`), calls :meth:`begin`, and then runs as any test loop. Each process writes the files of its own
    images, each whole or absent; the main process writes the annotations and ``dataset.json`` at the end. A job that
    was killed goes on where it was; one with another model, source or option is refused, as is a second one at the same
    time. Files come out as the same bytes, however often a job was killed, and from any number of processes.

    A subclass gives :meth:`options`, :meth:`product`, :meth:`write`, :meth:`write_annotations` and
    :meth:`write_description`.

    Args:
        data_root: Folder of the source.
        ann_files: Its annotation files, below the folder: those of the dataset.
        out_root: Folder to write: new, or of the same job. All processes must see it.
        data_prefix: Folders, in both, that ``file_name``, ``stencil_file``, ``depth_file`` and ``parts_file`` start
            from; keys left out are ``img='images/'``, ``stencil=''``, ``depth=''`` and ``parts=''``.

    Raises:
        ValueError: If ``out_root`` is missing or is ``data_root``, or ``ann_files`` are not files of different names in
            the source.
    """

    default_prefix = 'dataset'
    linked: Mapping[str, str] = LINKED
    """Fields of an image that name files of the source that the new dataset shows too, see :func:`plan_job`."""

    def __init__(
        self,
        data_root: str,
        ann_files: Sequence[str],
        out_root: str | None,
        data_prefix: Mapping[str, str] | None = None,
    ) -> None:
        if not out_root:
            raise ValueError('out_root: missing: name the folder to write, by --out of tools/adapt.py or in the config')
        # Results meet in the new folder, which all processes see; the working directory may be each machine's own.
        super().__init__(collect_dir=str(Path(out_root) / '.results'))
        self.data_root, self.out_root = Path(data_root), Path(out_root)
        if self.data_root.resolve() == self.out_root.resolve():
            raise ValueError(f'out_root: {out_root} is data_root: the new dataset needs a folder of its own')
        if isinstance(ann_files, str) or not ann_files:
            raise ValueError(f'ann_files must be a list of one or more files, but is {ann_files!r}')
        for ann_file in ann_files:
            check_inside(ann_file, 'ann_files')
        if len({Path(ann_file).stem for ann_file in ann_files}) < len(ann_files):
            raise ValueError(f'ann_files must have different names, but are {list(ann_files)}')
        self.ann_files = tuple(ann_files)
        self.data_prefix = {'img': 'images/', **(data_prefix or {})}
        self._folder = JobFolder(out_root)
        self._names: list[str] = []
        self._finished: set[str] = set()
        self._manifest: dict[str, Any] | None = None  # of the job that has begun

    @abstractmethod
    def options(self) -> dict[str, Any]:
        """Return what decides the bytes of the new files, besides model and source; JSON values."""

    @abstractmethod
    def product(self, file_name: str) -> Path:
        """Return the file that is there when an image is finished."""

    @abstractmethod
    def write(self, file_name: str, sample: dict[str, Any]) -> None:
        """Write the product of an image, whole or not at all."""

    @abstractmethod
    def write_annotations(self, names: set[str]) -> dict[str, dict[str, int]]:
        """Write the annotation files for the images of these names, and return the counts of each."""

    def extra(self) -> dict[str, Any]:
        """Return what else ``dataset.json`` says of the finished dataset, beside what decides whose job it is."""
        return {}

    def is_current(self, manifest: dict[str, Any]) -> bool:
        """Tell whether the annotations of a complete dataset, whose ``dataset.json`` is given, need not be redone."""
        return True

    @abstractmethod
    def write_description(self, manifest: dict[str, Any]) -> None:
        """Write what describes the finished dataset, besides ``dataset.json``, which comes last."""

    def remaining(self, names: Sequence[str]) -> list[int]:
        """Tell which images are left to do. All processes must call it, before any begins.

        Args:
            names: ``file_name`` of each image of the dataset.

        Returns:
            Their places in ``names``; of a name that is there twice the first.
        """
        self._names = list(dict.fromkeys(names))
        # One process looks: on a network file system others may see another moment.
        self._finished = on_main_process(lambda: {name for name in self._names if self._is_finished(name)})
        first = {name: index for index, name in reversed(list(enumerate(names)))}
        return sorted(index for name, index in first.items() if name not in self._finished)

    def _is_finished(self, name: str) -> bool:
        product = self.product(name)
        return product.is_file() and product.stat().st_size > 0  # a power failure can leave empty files

    def begin(self, runner: Runner) -> bool:
        """Take the folder, when the weights are loaded. All processes must call it, and wait here for the main one.

        Args:
            runner: The runner.

        Returns:
            Whether there is anything to do.

        Raises:
            OSError: If the folder cannot be written, or another job is writing it.
            ValueError: If it holds something else, or the source is not as it should be.
        """
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        checkpoint = runner._load_from
        self._manifest = on_main_process(
            lambda: {
                'format': 'SynPose',
                'job': {'type': type(self).__name__, **self.options(), 'data_prefix': self.data_prefix},
                'model': describe_model(model, runner.cfg, checkpoint),
                'source': describe_source(self.data_root, self.ann_files),
                'inputs': describe_inputs(runner.test_loop.dataloader.dataset),
                'versions': describe_job_versions(),
                'provenance': {
                    'config': runner.cfg.filename,
                    'checkpoint': checkpoint,
                    'data_root': str(self.data_root),
                },
            }
        )
        return on_main_process(self._prepare)

    def _prepare(self) -> bool:
        """Check everything, then take the folder; returns whether there is anything to do."""
        assert self._manifest is not None
        plan = plan_job(self.data_root, self.ann_files, self._names, self.product, self.data_prefix, self.linked)
        identity = {key: value for key, value in self._manifest.items() if key != 'provenance'}
        complete = self._folder.open(identity, self._has_begun()) and self.is_current(self._folder.read())
        self._manifest['skipped'] = plan.skipped
        if plan.num_skipped:
            some = _some(name for skipped in plan.skipped.values() for name in skipped)
            text = f'{plan.num_skipped} images that the dataset skipped are left out, with their people: {some}'
            print_log(text, 'current', logging.WARNING)
        left = len(self._names) - len(self._finished)
        if complete and not left and all((self.out_root / ann_file).is_file() for ann_file in self.ann_files):
            print_log(f'{self.out_root} is complete: all {len(self._names)} images are there', 'current')
            return False
        with explained(self.out_root):
            for file in plan.links:
                link_file(self.data_root / file, self.out_root / file)
        print_log(f'{self.out_root}: {left} of {len(self._names)} images to go', 'current')
        return True

    def _has_begun(self) -> bool:
        """Tell whether the folder has a product of any job."""
        tops = {self.out_root / self.product(name).relative_to(self.out_root).parts[0] for name in self._names}
        return any(path.is_file() for top in tops for path in top.rglob('*'))

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Write the products of data samples.

        Args:
            data_batch: Not used.
            data_samples: Each with ``file_name``, what :meth:`write` needs and, where the model measured something on
                the image, ``measurements``, finite numbers by name.

        Raises:
            OSError: If a file cannot be written, e.g. since the disk is full; nothing finished is lost.
            RuntimeError: If :meth:`begin` was not called.
        """
        if self._manifest is None:
            raise RuntimeError(f"{type(self).__name__} needs test_cfg=dict(type='DatasetJobLoop')")
        for sample in data_samples:
            name = sample['file_name']
            with explained(self.product(name)):
                if 'measurements' in sample:  # first: where the product is, nothing is missing
                    write_measurements(self.out_root, name, sample['measurements'])
                self.write(name, sample)
            self.results.append(name)

    def compute_metrics(self, results: list[str]) -> dict[str, float]:
        """Write what the whole dataset needs, ``dataset.json`` last.

        Args:
            results: ``file_name`` of each image that the processes have written.

        Returns:
            How many ``images`` and ``people`` the new dataset has, how many images were ``skipped``, and the means of
            what was measured.

        Raises:
            OSError: If a file cannot be written.
            ValueError: If an image was not written.
        """
        names = set(self._names)
        missing = names - self._finished - set(results)
        if missing or self._manifest is None:
            raise ValueError(f'{self.out_root}: {len(missing)} images were not written: {_some(sorted(missing))}')
        with explained(self.out_root):
            counts = self.write_annotations(names)
            measured = mean_measurements(self.out_root, names)
            told = {'counts': counts, **({'measurements': measured} if measured else {})}
            manifest = {**self._manifest, **self.extra(), **told}
            self.write_description(manifest)
        self._folder.finish(manifest)
        totals = {key: sum(count[key] for count in counts.values()) for key in ('images', 'people')}
        skipped = sum(map(len, manifest['skipped'].values()))
        print_log(f'{self.out_root} is complete: {totals["images"]} images, {totals["people"]} people', 'current')
        return {**totals, 'skipped': skipped, **measured}

    def close(self) -> None:
        """Let other jobs at the folder; a new :meth:`begin` is needed to go on."""
        self._folder.close()
        self._manifest = None


def on_main_process(action: Callable[[], T]) -> T:
    """Do something in the main process, and return its result in all of them.

    Args:
        action: What to do; the result must be picklable.

    Raises:
        OSError: The action's, in the main process; the others exit, so that there is one message.
        ValueError: Likewise.
    """
    outcome: list[Any] = [None, False]
    try:
        if is_main_process():
            outcome = [action(), True]
    finally:
        broadcast_object_list(outcome)
    if not outcome[1]:
        raise SystemExit(1)
    return outcome[0]


def _some(names: Iterable[str], shown: int = 5) -> str:
    names = iter(names)
    text = ', '.join(islice(names, shown))
    return f'{text}, ...' if next(names, None) is not None else text
