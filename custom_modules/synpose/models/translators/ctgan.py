"""Classroom-style transfer: CycleGAN with identity and stencil-mask losses."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.nn.functional as F
from mmengine.model import BaseModel, is_model_wrapper
from mmengine.optim import OptimWrapperDict
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample
from torch import Tensor, nn

from ..data_preprocessors.translation_data_preprocessor import to_uint8
from ..weights import refuse_other_model
from .image_pool import ImagePool
from .tiling import check_tiles, translate_tiled

REGIONS = ('people', 'background')


def masked_rms(difference: Tensor, mask: Tensor) -> Tensor:
    """Return the root mean square of a difference over a mask, averaged over images; 0 where a mask is empty.

    Args:
        difference: ``(B, C, H, W)``.
        mask: ``(B, 1, H, W)``, 0 or 1.

    Returns:
        A scalar.
    """
    counted = (mask.flatten(1).sum(1) * difference.shape[1]).clamp(min=1)
    norms = torch.linalg.vector_norm((difference * mask).flatten(1), dim=1)  # its gradient at 0 is 0
    return (norms / counted.sqrt()).mean()


@MODELS.register_module()
class CTGAN(BaseModel):
    r"""Translate synthetic images to the look of real ones, and keep what labels are about.

    Of Yu et al., "SynPose: A Large-Scale and Densely Annotated Synthetic Dataset for Human Pose Estimation in
    Classroom", equations 1 to 4. With G from synthetic to real, F back, stencil mask M:

    .. math::
        L = L_{GAN}(G, D_R) + L_{GAN}(F, D_S) + \alpha L_{cyc} + \beta L_{id} + \gamma L_{mask}

        L_{id} = |G(r) - r|_1 + |F(s) - s|_1, \quad L_{mask} = |(G(s) - s) \odot M(s)|_2

    Norms are means: over pixels and channels for the L1 terms, and the root mean square inside the mask for L_mask, so
    that the weights mean the same for every crop. The paper does not say where M is 1; here on people by default.

    One iteration updates both generators, with the discriminators as they are, and then both discriminators, on images
    of the pools (Zhu et al., 2017). ``optim_wrapper`` must be an ``OptimWrapperDict`` with ``generators`` and
    ``discriminators``; :class:`~synpose.engine.optim_wrappers.TranslatorOptimWrapperConstructor` makes it.

    Args:
        generator: Config of the generators, both built from it.
        discriminator: Config of the discriminators, both built from it.
        adversarial_loss: Config of the adversarial loss, least squares by default.
        cycle_weight: alpha.
        identity_weight: beta; 0 leaves the term out, with its time.
        mask_weight: gamma; 0 leaves the term out.
        mask_region: ``'people'`` keeps people as they are, ``'background'`` everything else.
        pool_size: Images that each discriminator's history keeps; 0 for none.
        tile: In ``predict``, side of the tiles (px) that larger images are cut into; None translates images whole.
        tile_overlap: Overlap of neighboring tiles, px.
        data_preprocessor: Config of the data preprocessor.
        init_cfg: Initial weights.

    Raises:
        ValueError: If a weight is negative, the region is neither of the two, or tiles and overlap do not fit.
    """

    def __init__(
        self,
        generator: dict[str, Any],
        discriminator: dict[str, Any],
        adversarial_loss: dict[str, Any] | None = None,
        cycle_weight: float = 10.0,
        identity_weight: float = 10.0,
        mask_weight: float = 1.0,
        mask_region: str = 'people',
        pool_size: int = 50,
        tile: int | None = None,
        tile_overlap: int = 64,
        data_preprocessor: dict[str, Any] | None = None,
        init_cfg: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data_preprocessor or {'type': 'TranslationDataPreprocessor'}, init_cfg)
        weights = {'cycle_weight': cycle_weight, 'identity_weight': identity_weight, 'mask_weight': mask_weight}
        for name, weight in weights.items():
            if not weight >= 0:
                raise ValueError(f'CTGAN: {name} must be 0 or more, got {weight}')
        if mask_region not in REGIONS:
            raise ValueError(f'CTGAN: mask_region must be one of {", ".join(REGIONS)}, got {mask_region!r}')
        self.generator_to_real = MODELS.build(generator)
        check_tiles(tile, tile_overlap, _multiple(self.generator_to_real))
        self.generator_to_synthetic = MODELS.build(generator)
        self.discriminator_real = MODELS.build(discriminator)
        self.discriminator_synthetic = MODELS.build(discriminator)
        self.adversarial_loss = MODELS.build(adversarial_loss or {'type': 'AdversarialLoss'})
        self.cycle_weight = cycle_weight
        self.identity_weight = identity_weight
        self.mask_weight = mask_weight
        self.mask_region = mask_region
        self.pool_real = ImagePool(pool_size)
        self.pool_synthetic = ImagePool(pool_size)
        self.tile = tile
        self.tile_overlap = tile_overlap
        self.register_state_dict_post_hook(_drop_wrappers)

    def forward(self, inputs: Any, data_samples: list | None = None, mode: str = 'tensor') -> Any:
        """Translate from synthetic to real.

        Args:
            inputs: ``source``, images in [-1, 1]: ``(B, 3, H, W)``, or a list of ``(3, H, W)`` to predict.
            data_samples: B data samples; new ones by default.
            mode: ``'tensor'`` returns ``(B, 3, H, W)``; ``'predict'`` returns the data samples, each with
                ``translated``, uint8 BGR ``(H, W, 3)`` of the image's own size.

        Raises:
            RuntimeError: In another mode: :meth:`train_step` needs both optimizers.
        """
        if mode == 'tensor':
            return self.generator_to_real(inputs['source'])
        if mode != 'predict':
            raise RuntimeError(f'CTGAN: no mode {mode!r}; training goes through train_step')
        samples = data_samples or [PoseDataSample() for _ in inputs['source']]
        generator = _inner(self.generator_to_real)
        for sample, image in zip(samples, inputs['source']):
            translated = translate_tiled(generator, image[None], self.tile, self.tile_overlap, _multiple(generator))
            pixels = to_uint8(translated[0]).permute(1, 2, 0).contiguous().cpu().numpy()
            sample.set_field(pixels, 'translated', field_type='data')
        return samples

    def train_step(self, data: dict[str, Any], optim_wrapper: OptimWrapperDict) -> dict[str, Tensor]:
        """Update the generators, then the discriminators.

        Args:
            data: A batch with ``source``, ``target`` and, unless its weight is 0, ``mask``.
            optim_wrapper: With ``generators`` and ``discriminators``.

        Returns:
            The losses to log; the weighted ones, which add up to what was minimized.
        """
        inputs = self.data_preprocessor(data, training=True)['inputs']
        generators, discriminators = optim_wrapper['generators'], optim_wrapper['discriminators']
        with generators.optim_context(self), self._frozen_discriminators():
            losses, fakes = self.generator_losses(**inputs)
        total, log_vars = self.parse_losses(losses)
        generators.update_params(total)
        with discriminators.optim_context(self):
            losses = self.discriminator_losses(inputs['source'], inputs['target'], *fakes)
        total, discriminator_vars = self.parse_losses(losses)
        discriminators.update_params(total)
        log_vars['loss_generators'] = log_vars.pop('loss')
        discriminator_vars['loss_discriminators'] = discriminator_vars.pop('loss')
        return log_vars | discriminator_vars

    def generator_losses(
        self, source: Tensor, target: Tensor, mask: Tensor | None = None
    ) -> tuple[dict[str, Tensor], tuple[Tensor, Tensor]]:
        """Compute the losses of both generators.

        Args:
            source: Synthetic images s, ``(B, 3, H, W)``.
            target: Real images r, ``(B, 3, H, W)``.
            mask: 1 on people of s, ``(B, 1, H, W)``; needed unless ``mask_weight`` is 0.

        Returns:
            The weighted losses, and the translated images G(s) and F(r), detached.
        """
        to_real, to_synthetic = self.generator_to_real, self.generator_to_synthetic
        fake_real, fake_synthetic = to_real(source), to_synthetic(target)
        losses = {
            'loss_gan_real': self._fooling(self.discriminator_real, fake_real),
            'loss_gan_synthetic': self._fooling(self.discriminator_synthetic, fake_synthetic),
        }
        if self.cycle_weight:
            there_and_back = F.l1_loss(to_synthetic(fake_real), source) + F.l1_loss(to_real(fake_synthetic), target)
            losses['loss_cycle'] = self.cycle_weight * there_and_back
        if self.identity_weight:
            changed = F.l1_loss(to_real(target), target) + F.l1_loss(to_synthetic(source), source)
            losses['loss_identity'] = self.identity_weight * changed
        if self.mask_weight:
            if mask is None:
                raise ValueError('CTGAN: mask_weight is not 0, but the batch has no mask: load and pack the stencil')
            region = mask if self.mask_region == 'people' else 1 - mask
            losses['loss_mask'] = self.mask_weight * masked_rms(fake_real.float() - source, region)
        return losses, (fake_real.detach(), fake_synthetic.detach())

    def discriminator_losses(
        self, source: Tensor, target: Tensor, fake_real: Tensor, fake_synthetic: Tensor
    ) -> dict[str, Tensor]:
        """Compute the losses of both discriminators, halved as CycleGAN's, on translated images of the pools.

        Args:
            source: Synthetic images, ``(B, 3, H, W)``.
            target: Real images, ``(B, 3, H, W)``.
            fake_real: Translated synthetic images, ``(B, 3, H, W)``, detached.
            fake_synthetic: Translated real images, ``(B, 3, H, W)``, detached.
        """
        pairs = {
            'loss_discriminator_real': (self.discriminator_real, target, self.pool_real.query(fake_real)),
            'loss_discriminator_synthetic': (
                self.discriminator_synthetic,
                source,
                self.pool_synthetic.query(fake_synthetic),
            ),
        }
        return {
            name: 0.5
            * (self.adversarial_loss(discriminator(real), True) + self.adversarial_loss(discriminator(fake), False))
            for name, (discriminator, real, fake) in pairs.items()
        }

    @torch.no_grad()
    def translate_both_ways(self, source: Tensor, target: Tensor) -> dict[str, Tensor]:
        """Return s, G(s), F(G(s)), r, F(r) and G(F(r)) by these names, each ``(B, 3, H, W)``, to look at."""
        # Without wrappers: one process looks alone, and others would be waited for.
        to_real, to_synthetic = _inner(self.generator_to_real), _inner(self.generator_to_synthetic)
        fake_real, fake_synthetic = to_real(source), to_synthetic(target)
        return {
            's': source,
            'G(s)': fake_real,
            'F(G(s))': to_synthetic(fake_real),
            'r': target,
            'F(r)': fake_synthetic,
            'G(F(r))': to_real(fake_synthetic),
        }

    def _fooling(self, discriminator: nn.Module, images: Tensor) -> Tensor:
        # Without its wrapper: frozen weights get no gradients, for which a distributed one would wait.
        return self.adversarial_loss(_inner(discriminator)(images), True, for_generator=True)

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *args: Any) -> None:
        # Resumed with another architecture, a training would start afresh without a word.
        refuse_other_model(self.state_dict(prefix=prefix), state_dict, type(self).__name__)
        super()._load_from_state_dict(state_dict, prefix, *args)

    @contextmanager
    def _frozen_discriminators(self) -> Iterator[None]:
        discriminators = nn.ModuleList([self.discriminator_real, self.discriminator_synthetic])
        discriminators.requires_grad_(False)
        try:
            yield
        finally:
            discriminators.requires_grad_(True)


def _inner(module: nn.Module) -> Any:
    return module.module if is_model_wrapper(module) else module


def _multiple(generator: nn.Module) -> int:
    return getattr(generator, 'multiple', 4)


def _drop_wrappers(model: nn.Module, state: dict[str, Any], prefix: str, metadata: dict[str, Any]) -> None:
    """Name weights as one process does: MMEngine saves the separately wrapped submodules as ``<name>.module.*``."""
    wrapped = [f'{prefix}{name}.' for name, child in model.named_children() if is_model_wrapper(child)]
    for name in list(state) if wrapped else []:
        start = next((start for start in wrapped if name.startswith(f'{start}module.')), None)
        weight = state.pop(name)  # all are put back, to keep their order
        state[name if start is None else start + name.removeprefix(f'{start}module.')] = weight
