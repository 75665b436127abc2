"""DEKR configs made small enough to build, train and test in a second on a CPU."""

from typing import Any

from mmengine.config import Config, ConfigDict

CHANNELS = 8  # of every branch of the backbone


def resize_dekr(config: Config, size: tuple[int, int]) -> Config:
    """Return a DEKR config, MMPose's or ours, with another input size and without checkpoints to start from.

    Args:
        config: It stays as it is.
        size: Width and height of the input, px; multiples of 32.
    """
    codec = config.model.head.decoder
    stride = codec.input_size[0] // codec.heatmap_size[0]
    cells = tuple(side // stride for side in size)
    return Config(exchange_values(config.to_dict(), {tuple(codec.input_size): size, tuple(codec.heatmap_size): cells}))


def shrink_dekr(config: Config, size: tuple[int, int] = (64, 64)) -> Config:
    """Return a DEKR config, MMPose's or ours, with a small input and network, to which no person is too small.

    Args:
        config: It stays as it is.
        size: See :func:`resize_dekr`.
    """
    config = resize_dekr(config, size)
    model = config.model
    shrink_hrnet(model.backbone)
    model.head.in_channels = CHANNELS * len(model.neck.get('select_index') or range(4))
    model.head.num_displacement_filters_per_keypoint = 3
    model.head.init_cfg = [
        {'type': 'Normal', 'layer': ['Conv2d'], 'std': 0.05},
        {'type': 'Constant', 'layer': 'BatchNorm2d', 'val': 1},
    ]
    return Config(exchange_values(config.to_dict(), {model.head.decoder.minimal_diagonal_length: 2}))


def shrink_hrnet(backbone: ConfigDict) -> None:
    """Give an HRNet's config one block of ``CHANNELS`` channels a branch, in place."""
    for branches in range(1, 5):
        blocks, channels = (1,) * branches, (CHANNELS,) * branches
        backbone.extra[f'stage{branches}'].update(num_modules=1, num_blocks=blocks, num_channels=channels)


def exchange_values(node: Any, values: dict[Any, Any]) -> Any:
    """Exchange values wherever they stand, and start from no checkpoint but from PyTorch's initialization."""
    if isinstance(node, dict):
        if 'checkpoint' in (node.get('init_cfg') or ()):
            node = {**node, 'init_cfg': None}
        return {key: exchange_values(value, values) for key, value in node.items()}
    if isinstance(node, list):
        return [exchange_values(value, values) for value in node]
    return values.get(node, node) if isinstance(node, tuple | float) else node
