"""The math of (modulated) deformable convolution, forward and backward, on CPU and GPU tensors.

torchvision's kernels are built for the many threads of a GPU and run there; on a CPU, sampling by ``grid_sample`` and a
matrix product do the same several times faster.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Any

import torch
import torch.nn.functional as F
import torchvision  # noqa: F401 - registers torch.ops.torchvision
from torch import Tensor

Pair = tuple[int, int]

SAMPLING = (0, 0, False)  # grid_sample's numbers: bilinear, zeros beyond the border, borders (not centers) at -1 and 1

CHUNK = 2**22  # samples a CPU thread takes at once: larger blocks leave its caches, and the allocator unmaps them


def at_least_single(tensor: Tensor) -> Tensor:
    """Raise half precision to single: it has too few digits for positions, and no backend computes in bfloat16."""
    return tensor.float() if tensor.dtype in (torch.float16, torch.bfloat16) else tensor


def _power_of_two(size: int) -> int:
    return 1 << (size - 1).bit_length()


@dataclass(frozen=True)
class DeformConv:
    """The geometry of a deformable convolution, every pair as (y, x), and its math.

    Shapes, for B images, C and O channels in and out, K kernel elements: ``input`` ``(B, C, H, W)``, ``offset``
    ``(B, G * K * 2, Ho, Wo)`` as (y, x) pairs in cells, ``mask`` ``(B, G * K, Ho, Wo)`` or None for the plain form,
    ``weight`` ``(O, C / groups, *kernel)``, output and ``grad_output`` ``(B, O, Ho, Wo)``.

    Args:
        kernel: Kernel size, K elements.
        stride: Step between output cells.
        padding: Zero padding on both sides.
        dilation: Spacing of kernel elements.
        groups: Convolution groups.
        deform_groups: Groups of channels with offsets of their own, G.
        form: ``'sampling'`` by ``grid_sample``, ``'torchvision'`` by its kernels, or ``'auto'``: the kernels on a GPU,
            for which they were written, and sampling, several times faster there, on a CPU.
    """

    kernel: Pair
    stride: Pair
    padding: Pair
    dilation: Pair
    groups: int
    deform_groups: int
    form: str = 'auto'

    def takes_kernels(self, device: torch.device) -> bool:
        """Tell whether torchvision's kernels do the work on that device."""
        return self.form == 'torchvision' or (self.form == 'auto' and device.type == 'cuda')

    def forward(self, input: Tensor, offset: Tensor, mask: Tensor | None, weight: Tensor) -> Tensor:
        """Convolve: the output ``(B, O, Ho, Wo)``.

        Raises:
            ValueError: If offsets or mask do not fit kernel, groups and output.
        """
        self._check(input, offset, mask)
        if self.takes_kernels(input.device):
            return torch.ops.torchvision.deform_conv2d(*self.torchvision_arguments(input, offset, mask, weight))
        weights, share = self._share_weight(weight), self._share
        parts = self._parts(input, offset, mask)
        products = [weights[which] @ share._columns(*tensors) for which, *tensors in parts]
        return torch.cat(products).view(len(input), len(weight), *offset.shape[-2:])

    def backward_data(
        self, grad_output: Tensor, input: Tensor, offset: Tensor, mask: Tensor | None, weight: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Gradients of ``input``, ``offset`` and ``mask``, shaped like them; the last has no meaning without a mask."""
        if self.takes_kernels(input.device):
            arguments = self.torchvision_arguments(input, offset, mask, weight)
            gradients = torch.ops.torchvision._deform_conv2d_backward(grad_output, *arguments)
            return gradients[0], gradients[2], gradients[3]
        weights, share = self._share_weight(weight), self._share
        parts = self._parts(input, offset, mask, grad_output)
        gradients = [share._grid_backward_data(weights[which], *tensors) for which, *tensors in parts]
        grad_input, grad_offset, grad_mask = (torch.cat(tensors) for tensors in zip(*gradients, strict=True))
        return (
            grad_input.view_as(input),
            grad_offset.view_as(offset),
            grad_mask if mask is None else grad_mask.view_as(mask),
        )

    def _grid_backward_data(
        self, weight: Tensor, input: Tensor, offset: Tensor, mask: Tensor | None, grad_output: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """What :meth:`backward_data` returns, by ``grid_sample``; one :meth:`_share_weight` an image."""
        maps = self._maps(input)
        grid = self._grid(maps, offset)
        grad_columns = weight.transpose(2, 3) @ self._split_output(grad_output)
        grad_samples = grad_columns.reshape(*maps.shape[:2], *grid.shape[1:3])
        grad_mask = offset.new_empty(0)
        if mask is not None:
            grad_mask = (grad_samples * torch.grid_sampler_2d(maps, grid, *SAMPLING)).sum(1).view_as(mask)
            grad_samples = grad_samples * mask.reshape(len(maps), 1, *grid.shape[1:3])
        backward = torch.ops.aten.grid_sampler_2d_backward
        grad_maps, grad_grid = backward(grad_samples, maps, grid, *SAMPLING, [True, True])
        grad_input = grad_maps[..., : input.shape[2], : input.shape[3]].reshape(input.shape)
        grad_offset = offset.new_empty(offset.shape)
        yx = grad_offset.view(len(maps), -1, 2, *offset.shape[-2:])  # a view to fill
        for axis, size in enumerate(maps.shape[-2:]):
            torch.mul(grad_grid[..., 1 - axis].view(yx[:, :, axis].shape), 2 / size, out=yx[:, :, axis])
        return grad_input, grad_offset, grad_mask

    def backward_weight(self, grad_output: Tensor, input: Tensor, offset: Tensor, mask: Tensor | None) -> Tensor:
        """Gradient of ``weight``, as ``(groups, O / groups, C / groups * K)``.

        It samples once more on every device: torchvision's backward has no form for the weight alone.
        """
        share = self._share
        gradient: Tensor | None = None
        for which, images, offsets, masks, grads in self._parts(input, offset, mask, grad_output):
            part = share._split_output(grads) @ share._columns(images, offsets, masks).transpose(2, 3)
            if gradient is None:
                gradient = part.new_zeros(self._shares, *part.shape[1:])
            gradient.index_add_(0, which, part)
        assert gradient is not None
        return gradient.flatten(0, 1)

    def torchvision_arguments(
        self, input: Tensor, offset: Tensor, mask: Tensor | None, weight: Tensor
    ) -> tuple[Tensor | int | bool, ...]:
        """What torchvision's ``deform_conv2d`` takes, and its backward after the output's gradient; no bias."""
        # torchvision has a derivative at -1, where mmcv leaves out the sample: move those samples well outside
        positions = self._positions(offset)
        offset = offset - (positions <= -1).to(offset.dtype).view_as(offset)
        factors = offset.new_zeros(len(offset), 1) if mask is None else mask
        geometry = (*self.stride, *self.padding, *self.dilation, self.groups, self.deform_groups)
        return (input, weight, offset, factors, weight.new_zeros(len(weight)), *geometry, mask is not None)

    def _check(self, input: Tensor, offset: Tensor, mask: Tensor | None) -> None:
        """Raise ValueError unless ``offset`` and ``mask`` have the shapes of the class's docstring."""
        axes = zip(input.shape[2:], self.kernel, self.stride, self.padding, self.dilation, strict=True)
        cells = [(size + 2 * pad - gap * (kernel - 1) - 1) // step + 1 for size, kernel, step, pad, gap in axes]
        samples = self.deform_groups * math.prod(self.kernel)
        for name, tensor, channels in (('offset', offset, 2 * samples), ('mask', mask, samples)):
            expected = [len(input), channels, *cells]
            if tensor is not None and list(tensor.shape) != expected:
                raise ValueError(f'deformable convolution: {name} is {list(tensor.shape)}, expected {expected}')

    @property
    def _shares(self) -> int:
        """Into how many convolutions of their own channels, offsets and weights this one falls."""
        return math.gcd(self.groups, self.deform_groups)

    @property
    def _share(self) -> 'DeformConv':
        """One of them."""
        return replace(self, groups=self.groups // self._shares, deform_groups=self.deform_groups // self._shares)

    def _share_weight(self, weight: Tensor) -> Tensor:
        """Each share's weight, ``(shares, groups, O / groups, C / groups * K)`` by the groups of a share."""
        return weight.reshape(self._shares, self._share.groups, len(weight) // self.groups, -1)

    def _parts(self, input: Tensor, *others: Tensor | None) -> Iterator[tuple[Any, ...]]:
        """Cut the batch into blocks of shares of images, as many as make :data:`CHUNK` samples a thread.

        Yields:
            Which share each is, and the tensors (or None) as if each were an image, ``(n, channels / shares, ...)``.
        """
        shares, offset = self._shares, others[0]
        assert offset is not None
        samples = input.shape[1] // shares * math.prod(self.kernel) * math.prod(offset.shape[-2:])
        threads = 1 if input.is_cuda else torch.get_num_threads()
        count = len(input) * shares
        size = count if input.is_cuda else max(1, CHUNK // max(samples, 1)) * threads
        which = torch.arange(shares, device=input.device).repeat(len(input))
        tensors = [None if t is None else t.reshape(count, -1, *t.shape[2:]) for t in (input, *others)]
        return zip(which.split(size), *(repeat(None) if t is None else t.split(size) for t in tensors), strict=False)

    def _split_output(self, output: Tensor) -> Tensor:
        """``(B, groups, O / groups, Ho * Wo)``."""
        return output.reshape(len(output), self.groups, -1, math.prod(output.shape[-2:]))

    def _columns(self, input: Tensor, offset: Tensor, mask: Tensor | None) -> Tensor:
        """The sampled values that each output cell weighs, ``(B, groups, C / groups * K, Ho * Wo)``."""
        maps = self._maps(input)
        grid = self._grid(maps, offset)
        samples = torch.grid_sampler_2d(maps, grid, *SAMPLING)
        if mask is not None:
            samples = samples * mask.reshape(len(maps), 1, *grid.shape[1:3])
        return samples.reshape(len(input), self.groups, -1, math.prod(offset.shape[-2:]))

    def _maps(self, input: Tensor) -> Tensor:
        """The maps each grid samples, ``(B * G, C / G, H', W')``, zeros appended up to powers of two.

        Beyond the border a convolution reads zeros anyway. With such sizes ``grid_sample`` takes whole cells to whole
        cells exactly, so that offsets of zero, the usual initialization, get the one-sided derivative of mmcv.
        """
        height, width = input.shape[-2:]
        maps = F.pad(input, (0, _power_of_two(width) - width, 0, _power_of_two(height) - height))
        return maps.reshape(len(input) * self.deform_groups, -1, *maps.shape[-2:])

    def _grid(self, maps: Tensor, offset: Tensor) -> Tensor:
        """Where to sample ``maps``, ``(B * G, K * Ho, Wo, 2)`` as (x, y) from -1 to 1."""
        # mmcv leaves out samples at -1 and before; at -1 itself grid_sample would have a derivative
        yx = F.threshold(self._positions(offset), -1.0, -2.0)
        units = ((axis, maps.shape[2 + axis]) for axis in (1, 0))
        xy = torch.stack([yx[:, :, axis] * (2 / size) + (1 / size - 1) for axis, size in units], 1)
        return xy.flatten(2, 3).permute(0, 2, 3, 1)

    def _positions(self, offset: Tensor) -> Tensor:
        """Sampling positions ``(B * G, K, 2, Ho, Wo)``, (y, x) in cells."""
        axes = zip(self.kernel, offset.shape[-2:], self.stride, self.padding, self.dilation, strict=True)
        y, x = (
            (torch.arange(kernel) * gap)[:, None] + torch.arange(cells) * step - pad
            for kernel, cells, step, pad, gap in axes
        )
        places = torch.stack(torch.broadcast_tensors(y[:, None, :, None], x[None, :, None, :]), 2).flatten(0, 1)
        return offset.reshape(-1, *places.shape) + places.to(offset)
