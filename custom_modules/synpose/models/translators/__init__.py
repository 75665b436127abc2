"""Image-to-image translation."""

from .ctgan import CTGAN
from .identity_translator import IdentityTranslator
from .patch_discriminator import PatchDiscriminator
from .resnet_generator import ResnetGenerator

__all__ = ['CTGAN', 'IdentityTranslator', 'PatchDiscriminator', 'ResnetGenerator']
