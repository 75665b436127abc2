"""A history of generated images, from which a discriminator is trained."""

import torch
from torch import Tensor


class ImagePool:
    """Keep generated images and hand out old ones half of the time.

    Discriminators trained on a history of images forget less (Shrivastava et al., "Learning from Simulated and
    Unsupervised Images through Adversarial Training", 2017, section 2.3). The draws come from PyTorch's global
    generator on the CPU, whose state :class:`~synpose.engine.hooks.RandomStateHook` stores.

    Args:
        size: Images to keep; 0 hands every image through.

    Attributes:
        images: The kept images, each ``(C, H, W)``, on the device they came from.

    Raises:
        ValueError: If the size is negative.
    """

    def __init__(self, size: int = 50) -> None:
        if size < 0:
            raise ValueError(f'ImagePool: size must be 0 or more, got {size}')
        self.size = size
        self.images: list[Tensor] = []

    def query(self, images: Tensor) -> Tensor:
        """Exchange images for images of the history.

        While the pool is filling, images are kept and returned. Then each is returned as it is with probability 1/2;
        otherwise it takes the place of a kept one, which is returned.

        Args:
            images: ``(B, C, H, W)``, detached from any graph.

        Returns:
            ``(B, C, H, W)``.
        """
        if self.size == 0:
            return images
        returned = []
        for image in images:
            if len(self.images) < self.size:
                self.images.append(image.clone())
            elif torch.rand(()) < 0.5:
                place = int(torch.randint(self.size, ()))
                kept, self.images[place] = self.images[place], image.clone()
                image = kept.to(image)
            returned.append(image)
        return torch.stack(returned)
