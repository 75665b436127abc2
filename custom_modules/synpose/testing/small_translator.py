"""A translator small enough for a test, and batches for it."""

from typing import Any

import torch
from mmpose.registry import MODELS

from synpose.models.translators import CTGAN


def small_ctgan(**kwargs: Any) -> CTGAN:
    """Return a CTGAN of a few thousand weights, always the same ones.

    Args:
        **kwargs: Arguments of :class:`~synpose.models.translators.CTGAN` to change.
    """
    torch.manual_seed(0)
    generator = {'type': 'ResnetGenerator', 'base_channels': 4, 'num_blocks': 1}
    discriminator = {'type': 'PatchDiscriminator', 'base_channels': 4, 'num_layers': 1}
    model = MODELS.build({'type': 'CTGAN', 'generator': generator, 'discriminator': discriminator, **kwargs})
    model.init_weights()
    return model


def translation_batch(count: int = 2, size: tuple[int, int] = (16, 24), seed: int = 0) -> dict[str, Any]:
    """Return a batch of noise as the data loader makes it.

    Args:
        count: Images.
        size: Height and width, px.
        seed: Same seed, same pixels.

    Returns:
        ``inputs``: lists of ``source`` and ``target``, uint8 ``(3, H, W)``, and ``mask``, uint8 ``(1, H, W)``.
    """
    rng = torch.Generator().manual_seed(seed)

    def images(channels: int, top: int) -> list[torch.Tensor]:
        return [torch.randint(0, top, (channels, *size), dtype=torch.uint8, generator=rng) for _ in range(count)]

    return {'inputs': {'source': images(3, 256), 'target': images(3, 256), 'mask': images(1, 2)}, 'data_samples': None}
