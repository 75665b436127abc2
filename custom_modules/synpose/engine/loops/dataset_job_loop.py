"""A test loop that turns one dataset folder into another, and goes on where it was stopped."""

from collections.abc import Mapping, Sequence
from typing import Any

from mmengine.dataset import BaseDataset
from mmengine.evaluator import Evaluator
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner, TestLoop
from mmpose.registry import DATASETS, LOOPS

from synpose.evaluation.metrics.dataset_writer import DatasetWriter

from .checkpoint_check import CheckpointCheck


@LOOPS.register_module()
class DatasetJobLoop(TestLoop):
    """Runs a model over the images that its evaluator, a :class:`DatasetWriter`, has not finished yet.

    ``test_cfg=dict(type='DatasetJobLoop')`` makes any MMEngine test such a job: ``tools/test.py`` and
    ``tools/adapt.py`` run it. Batches, processes, machines and progress are the Runner's; the log tells the time left.
    With ``DefaultSampler(shuffle=False, round_up=False)``, the default here, no image is done twice. A checkpoint that
    lacks weights of the model is an error.

    Args:
        runner: The runner.
        dataloader: Config of the dataloader. Its dataset's samples must have ``file_name``.
        evaluator: Config of one :class:`DatasetWriter`, alone or with other metrics, which then see only the images
            that this run does.
        fp16: Whether to run the model in mixed precision.

    Raises:
        ValueError: If the dataloader is not a config, or there is not exactly one writer.
    """

    def __init__(
        self,
        runner: Runner,
        dataloader: dict[str, Any],
        evaluator: Evaluator | dict[str, Any] | list[dict[str, Any]],
        fp16: bool = False,
    ) -> None:
        if not isinstance(dataloader, Mapping):
            raise ValueError('test_dataloader must be a config: its sampler is made for the images that are left')
        evaluator = evaluator if isinstance(evaluator, Evaluator) else runner.build_evaluator(evaluator)
        writers = [metric for metric in evaluator.metrics if isinstance(metric, DatasetWriter)]
        if len(writers) != 1:
            names = [type(metric).__name__ for metric in evaluator.metrics]
            raise ValueError(f'test_evaluator must hold one dataset writer (TranslatedDatasetWriter, ...), not {names}')
        self.writer = writers[0]
        super().__init__(runner, self._without_finished(dataloader), evaluator, fp16)
        runner.register_hook(CheckpointCheck())

    def _without_finished(self, dataloader: Mapping[str, Any]) -> dict[str, Any]:
        """Make the dataset, and keep what is left of it."""
        dataset = dataloader['dataset']
        if isinstance(dataset, Mapping):
            dataset = DATASETS.build(dataset)
        indices = self.writer.remaining(file_names(dataset))
        dataset.get_subset_(indices or 0)  # BaseDataset fails on an empty list
        sampler = {'type': 'DefaultSampler', 'shuffle': False, 'round_up': False}
        return {'sampler': sampler, **dataloader, 'dataset': dataset}

    def run(self) -> dict[str, float]:
        """Do what is left, then let the writer finish the dataset.

        Returns:
            What the evaluator counts; nothing if the dataset was complete before.

        Raises:
            ValueError: If the model has weights to load and there is no checkpoint.
        """
        model = self.runner.model.module if is_model_wrapper(self.runner.model) else self.runner.model
        trained = any(parameter.requires_grad for parameter in model.parameters())
        if trained and self.runner._load_from is None and model.init_cfg is None:
            raise ValueError(f'{type(model).__name__} has weights to load: give a checkpoint')
        try:
            return super().run() if self.writer.begin(self.runner) else {}
        finally:
            self.writer.close()


def file_names(dataset: BaseDataset) -> Sequence[str]:
    """Return the ``file_name`` of every sample of a dataset, in order; from its ``names()`` where it has that."""
    if hasattr(dataset, 'names'):  # without making the samples
        return dataset.names()
    return [dataset.get_data_info(index)['file_name'] for index in range(len(dataset))]
