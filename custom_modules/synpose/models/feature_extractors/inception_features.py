"""The features that FID is defined by."""

import os
import pickle
from pathlib import Path

import torch
from mmpose.registry import MODELS
from torch import Tensor

from synpose.files import sha256

from .feature_extractor import FeatureExtractor


@MODELS.register_module()
class InceptionFeatures(FeatureExtractor):
    """2048 features of the Inception network that FID is defined by, as torch-fidelity ports it from TensorFlow.

    Images are resized to 299x299 as TensorFlow 1 does, bilinear. A figure made with these features is called FID only
    if the weights are the ported ones, by their digest. Any others, such as torchvision's from ImageNet or random ones,
    need a name of their own, and the figure is ``FD_<name>``.

    Args:
        weights: File of the weights. By default torch-fidelity's own, from PyTorch's cache of downloads
            (``$TORCH_HOME/hub/checkpoints``) or downloaded into it.
        name: Name of other weights than the ported ones.

    Raises:
        FileNotFoundError: If the weights are not there and cannot be downloaded.
        ImportError: If torch-fidelity is not installed.
        ValueError: If the file holds other weights and no name is given, or no weights of this network.
    """

    num_features = 2048

    def __init__(self, weights: str | os.PathLike | None = None, name: str = 'inception') -> None:
        try:
            from torch_fidelity.feature_extractor_inceptionv3 import URL_INCEPTION_V3, FeatureExtractorInceptionV3
        except ImportError as error:
            raise ImportError("InceptionFeatures needs torch-fidelity: pip install 'synpose[adapt]'") from error
        path = Path(weights) if weights else _download(URL_INCEPTION_V3)
        if not path.is_file():
            raise FileNotFoundError(f'{path}: no such file of Inception weights; torch-fidelity has {URL_INCEPTION_V3}')
        digest = sha256(path)
        ported = digest.startswith(_digest_in(URL_INCEPTION_V3))
        if not ported and name == 'inception':
            raise ValueError(
                f'{path}: weights: not those that FID is defined by ({URL_INCEPTION_V3}); give them a name of their '
                f'own, and the figure is called FD_<name>'
            )
        super().__init__('inception' if ported else name, f'sha256:{digest}')
        self.is_fid_inception = ported
        try:
            self.network = FeatureExtractorInceptionV3(self.name, ['2048'], str(path))
        except (RuntimeError, EOFError, OSError, TypeError, pickle.UnpicklingError) as error:
            reason = str(error).strip().splitlines()[:2]
            raise ValueError(f'{path}: weights: not of the Inception network: {" ".join(reason)}') from error
        self.freeze()

    def forward(self, images: Tensor) -> Tensor:
        """Return features ``(B, 2048)`` of images ``(B, 3, H, W)`` uint8 RGB, any size."""
        return self.network(images)[0]


def _digest_in(url: str) -> str:
    """Return the first digits of the SHA-256, as PyTorch puts them at the end of a file's name."""
    return url.rsplit('-', 1)[1].split('.')[0]


def _download(url: str) -> Path:
    """Return the file of a URL in PyTorch's cache, downloaded if need be."""
    path = Path(torch.hub.get_dir()) / 'checkpoints' / Path(url).name
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            torch.hub.download_url_to_file(url, str(path), hash_prefix=_digest_in(url), progress=False)
        except (OSError, RuntimeError) as error:
            raise FileNotFoundError(
                f'{path}: the Inception weights are not there, and {url} cannot be downloaded ({error}). Download it '
                f'elsewhere and put it there or name it (weights=FILE, --weights FILE), or use another extractor'
            ) from error
    return path
