"""A study as data: rows of configs x seeds, the stages that prepare them, the table and pictures to make of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Stage:
    """One command besides the trainings: rendering a set, training a translator, translating, measuring.

    Attributes:
        name: Unique in the study.
        command: Arguments after the Python interpreter.
        done: The file (or folder) whose existence means that the stage is finished.
        needs: What must be finished before: names of stages, or ``ROW/seedN`` for a row's training.
    """

    name: str
    command: tuple[str, ...]
    done: str
    needs: tuple[str, ...] = ()

    def filled(self, **values: Any) -> 'Stage':
        """Return the stage with every ``{key}`` of its texts replaced by the value."""
        return Stage(
            fill(self.name, **values),
            tuple(fill(part, **values) for part in self.command),
            fill(self.done, **values),
            tuple(fill(name, **values) for name in self.needs),
        )


@dataclass(frozen=True)
class Row:
    """One row of the table: a config, trained once a seed.

    Attributes:
        name: Unique in the study; its folder below the study's work dir.
        label: How the table calls it.
        config: The training's config; None for a row that trains nothing and shows what stages measured.
        options: Changes of the config, for the training and its tests, as ``--cfg-options`` takes them.
        seeds: Chosen beforehand; one training each.
        needs: Stages that must be finished before the training.
        measures: Stages whose figures the row shows; the training does not wait for them.
        tests: Configs by which the last checkpoint is tested.
        after: Stages of every seed that follow its training. They may use ``{row}``, ``{seed}``, ``{config}``,
            ``{work_dir}`` (of this seed) and ``{checkpoint}``.
    """

    name: str
    label: str
    config: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    seeds: tuple[int, ...] = ()
    needs: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    after: tuple[Stage, ...] = ()


@dataclass(frozen=True)
class Column:
    """One column of the table: a figure of a test, or of a JSON file that a stage left.

    Attributes:
        header: Its heading.
        test: Name of a test's results, as its ``ResultsHook`` names them.
        metric: Name of the figure in those results.
        file: Instead of ``test``: a JSON file; ``{row}``, ``{seed}`` and ``{work_dir}`` are replaced.
        key: The figure in that file: a name, or a list of names that leads to it.
        format: Format of the numbers, as Python writes it, e.g. ``.3f``.
    """

    header: str
    test: str | None = None
    metric: str | None = None
    file: str | None = None
    key: tuple[str, ...] = ()
    format: str = '.3f'

    @property
    def by_seed(self) -> bool:
        """Whether each seed has a figure of its own."""
        return self.test is not None or '{seed}' in str(self.file) or '{work_dir}' in str(self.file)


@dataclass(frozen=True)
class FolderSheet:
    """A picture of the same images in several dataset folders, side by side.

    Attributes:
        name: Its file name, without suffix.
        title: Its caption.
        folders: Folders of images by label.
        unpaired: Further folders by label whose images have other names: shown in their own order.
        stems: File names without suffix, a row each; empty: ``count`` of those in every folder, evenly.
        count: Images, where ``stems`` does not name them.
    """

    name: str
    title: str
    folders: Mapping[str, str]
    unpaired: Mapping[str, str] = field(default_factory=dict)
    stems: tuple[str, ...] = ()
    count: int = 4


@dataclass(frozen=True)
class PredictionSheet:
    """A picture of the labels of some images and the predictions of several rows, side by side.

    Attributes:
        name: Its file name, without suffix.
        title: Its caption.
        test: Name of the test's results.
        rows: Names of rows; empty: all that have this test. A row's first seed is shown.
        stems: File names without suffix; empty: ``count`` evenly over the annotation file.
        count: Images, where ``stems`` does not name them.
    """

    name: str
    title: str
    test: str
    rows: tuple[str, ...] = ()
    stems: tuple[str, ...] = ()
    count: int = 4


@dataclass(frozen=True)
class FilePicture:
    """A picture that a stage has made, e.g. a curve.

    Attributes:
        name: Its file name, without suffix.
        title: Its caption.
        file: The image.
    """

    name: str
    title: str
    file: str


Sheet = FolderSheet | PredictionSheet | FilePicture


@dataclass(frozen=True)
class Study:
    """A whole study.

    Attributes:
        path: Its YAML file.
        title: Heading of the table.
        about: What is compared, on which data; for the reader of the table.
        work_dir: Where trainings, results and logs go.
        budget: Changes of every row's config, the same for all, as ``--cfg-options`` takes them.
        stages: Commands besides the trainings.
        rows: In the order of the table.
        columns: In the order of the table.
        pictures: To be made of the results.
    """

    path: Path
    title: str
    about: str
    work_dir: Path
    budget: Mapping[str, Any]
    stages: tuple[Stage, ...]
    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    pictures: tuple[Sheet, ...] = ()

    @property
    def name(self) -> str:
        """The file's name without suffix."""
        return self.path.stem

    def run_dir(self, row: Row, seed: int) -> Path:
        """Return the work dir of one training, apart from what stages write."""
        return self.work_dir / 'runs' / row.name / f'seed{seed}'


def fill(text: str, **values: Any) -> str:
    """Replace ``{key}`` by the value of each key; other braces stay, as commands may have their own."""
    for key, value in values.items():
        text = text.replace('{' + key + '}', str(value))
    return text
