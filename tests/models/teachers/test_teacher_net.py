"""The teacher's network: from uint8 images of any size to logits that begin at 0, with gradients to all weights."""

import pytest
import torch
from mmpose.registry import MODELS


def test_images_of_any_size_make_logits():
    net = MODELS.build(dict(type='TeacherNet', num_groups=7, channels=(8, 16), input_size=(48, 32)))
    for size in ((64, 96), (32, 48), (20, 30)):
        image = torch.randint(0, 256, (3, *size), dtype=torch.uint8)
        ready = net.prepare(image)
        assert ready.shape == (3, 32, 48)
        assert ready.abs().max() <= 1.0001
        assert net(ready[None]).tolist() == [[0] * 7]
    assert net.prepare(torch.full((3, 10, 10), 255, dtype=torch.uint8)).mean().item() == pytest.approx(1)


def test_it_learns_from_what_it_sees():
    torch.manual_seed(0)
    net = MODELS.build(dict(type='TeacherNet', num_groups=2, channels=(8,), input_size=(16, 16)))
    images = torch.rand(2, 3, 16, 16) * torch.tensor([0.2, 1.0])[:, None, None, None]
    optimizer = torch.optim.Adam(net.parameters(), lr=0.03)
    for _ in range(60):
        loss = torch.nn.functional.cross_entropy(net(images), torch.tensor([0, 1]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss < 0.3
    assert all(parameter.grad.abs().sum() > 0 for parameter in net.parameters())
