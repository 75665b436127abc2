import torch

from synpose.models import AffineLocalizer


def test_it_is_a_resnet18_that_starts_as_the_identity() -> None:
    localizer = AffineLocalizer()
    assert sum(parameter.numel() for parameter in localizer.parameters()) > 11e6
    theta = localizer(torch.randn(2, 3, 64, 48))
    assert theta.tolist() == [[[1, 0, 0], [0, 1, 0]]] * 2


def test_theta_depends_on_the_picture_once_trained() -> None:
    backbone = dict(type='ResNet', depth=18, stem_channels=4, base_channels=4)
    localizer = AffineLocalizer(backbone, in_channels=32).eval()
    torch.nn.init.normal_(localizer.output.weight, std=0.1)
    theta = localizer(torch.randn(2, 3, 64, 48))
    assert (theta[0] - theta[1]).abs().min() > 0
