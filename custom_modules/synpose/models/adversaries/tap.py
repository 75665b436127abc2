"""Where in a network a feature is taken, and the rows of a batch that go on from there."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from mmpose.models.pose_estimators.base import BasePoseEstimator
from torch import Tensor, nn

PARTS = ('backbone', 'neck', 'head')


def check_tap(estimator: BasePoseEstimator, name: str) -> None:
    """Check that an estimator has a module to tap.

    Args:
        estimator: The estimator.
        name: ``'backbone'``, ``'neck'``, ``'head'``, or a module in one of them, e.g. ``'backbone.stage3'``.

    Raises:
        ValueError: If it has no such module, or one that is never called, listing the names that exist there.
    """
    module: nn.Module = estimator
    path = ''
    for part in name.split('.'):
        children = [child for child, _ in module.named_children() if path or child in PARTS]
        if part not in children:
            names = ', '.join(f'{path}{child}' for child in children)
            raise ValueError(f'tap: the estimator has no {path}{part}; there it has {names or "nothing"}')
        module = getattr(module, part)
        path = f'{path}{part}.'
    if isinstance(module, nn.ModuleList | nn.ModuleDict):
        names = ', '.join(f'{path}{child}' for child, _ in module.named_children())
        raise ValueError(f'tap: {name} is a list, of which the network calls the entries: {names}')


def take_rows(value: Any, rows: Tensor | slice) -> Any:
    """Take rows of every tensor in nested tuples, lists and dicts, e.g. of a backbone's output.

    Args:
        value: Tensors ``(B, ...)``, nested in any way; anything else stays as it is.
        rows: Indices, ``(R,)``, or a slice, which copies nothing.

    Returns:
        The same nesting, with tensors ``(R, ...)``.
    """
    if isinstance(value, Tensor):
        return value[rows] if isinstance(rows, slice) else value.index_select(0, rows)
    if isinstance(value, dict):
        return {key: take_rows(entry, rows) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(take_rows(entry, rows) for entry in value)
    return value


def take_feature(outputs: list[Any], name: str, index: int | str | None) -> Tensor:
    """Take one tensor from what a tapped module returned.

    Args:
        outputs: What it returned, an entry a call.
        name: Of the module, for messages.
        index: Which one of several tensors, ``'sum'`` for their sum, None where there is only one.

    Raises:
        ValueError: If the module was not called once, or the index does not lead to one tensor.
    """
    if len(outputs) != 1:
        raise ValueError(f'tap: {name} was called {len(outputs)} times in a pass; tap a module that is called once')
    entries = list(outputs[0]) if isinstance(outputs[0], list | tuple) else [outputs[0]]
    shapes = [tuple(entry.shape) if isinstance(entry, Tensor) else type(entry).__name__ for entry in entries]
    if index == 'sum' and isinstance(entries[0], Tensor) and len(set(shapes)) == 1:
        return torch.stack(entries).sum(0)
    if index is None and len(entries) == 1:
        index = 0
    chosen = entries[index] if isinstance(index, int) and -len(entries) <= index < len(entries) else None
    if not isinstance(chosen, Tensor):
        raise ValueError(f'tap: {name} returns {len(shapes)} features, {shapes}; index={index!r} does not choose one')
    return chosen


@contextmanager
def tapped(estimator: BasePoseEstimator, name: str, rows: Tensor) -> Iterator[list[Any]]:
    """Record what a module returns for a whole batch, while only some rows of the batch get to the loss.

    All rows pass the backbone and the neck together, so that batch normalization sees both domains, as in the test.
    Where the tap lies in the head they pass the head too; else the head sees ``rows`` alone.

    Args:
        estimator: The estimator, one whose loss is of the head's ``forward`` on what backbone and neck return.
        name: Of the module to record.
        rows: The rows that go on, ``(R,)``.

    Yields:
        The list that the outputs are added to.

    Raises:
        ValueError: If the tap lies in a head whose loss does not go through its ``forward``, where the rows are taken;
            or if what follows changes the recorded tensor in place.
    """
    outputs: list[Any] = []
    versions: list[list[int]] = []
    head = estimator.head
    forward = head.forward
    calls = 0

    def record(output: Any) -> None:
        outputs.append(output)
        versions.append(_versions(output))

    def forward_all(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        output = forward(*args, **kwargs)
        if name == 'head':
            record(output)
        return take_rows(output, rows)

    in_head = name.split('.')[0] == 'head'
    with ExitStack() as undo:
        if name != 'head':
            module = estimator.get_submodule(name)
            hook = module.register_forward_hook(lambda _module, _inputs, output: record(output))
            undo.callback(hook.remove)
        if in_head:
            head.forward = forward_all  # no hook: MMPose's heads call their forward by its name
            undo.callback(delattr, head, 'forward')
        else:
            last = estimator.neck if estimator.with_neck else estimator.backbone
            hook = last.register_forward_hook(lambda _module, _inputs, output: take_rows(output, rows))
            undo.callback(hook.remove)
        failure = None
        try:
            yield outputs
        except Exception as error:  # of a loss that got rows without labels
            if not in_head or calls:
                raise
            failure = error
    if in_head and calls != 1:
        raise ValueError(
            f'tap: {name}: the loss of {type(head).__name__} does not go through its forward, so the target would '
            'reach it; tap the backbone or the neck'
        ) from failure
    if versions != [_versions(output) for output in outputs]:
        raise ValueError(f'tap: what follows {name} changes its output in place; tap the module that changes it')


def _versions(output: Any) -> list[int]:
    """Return how often each tensor of a module's output has been changed in place."""
    entries = output if isinstance(output, list | tuple) else [output]
    return [entry._version for entry in entries if isinstance(entry, Tensor)]
