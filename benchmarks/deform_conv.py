"""Deformable convolution on this CPU: mmcv's layer over our stand-in, against torchvision's own operator.

The layer is DEKR's (17 joints, 8 channels a joint, one offset field a joint) on the demo's maps, batch 6. Both run in
this process, taking turns, and give the same numbers.
"""

import argparse
import time
from collections.abc import Callable

import torch
import torchvision
from torch import Tensor

import synpose  # noqa: F401 - installs the stand-in


def time_step(convolve: Callable[[Tensor, Tensor, Tensor], Tensor], tensors: list[Tensor]) -> tuple[float, float]:
    """Return the seconds of one forward and of one backward."""
    leaves = [tensor.detach().requires_grad_() for tensor in tensors]
    start = time.perf_counter()
    output = convolve(*leaves)
    middle = time.perf_counter()
    output.square().mean().backward()
    return middle - start, time.perf_counter() - middle


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--batch', type=int, default=6)
    parser.add_argument('--joints', type=int, default=17)
    parser.add_argument('--channels', type=int, default=8, help='channels of each joint (default: %(default)s)')
    parser.add_argument('--size', type=int, nargs=2, default=(32, 56), metavar=('H', 'W'), help='map, cells')
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--repeats', type=int, default=7)
    args = parser.parse_args()

    from mmcv.ops import deform_conv2d

    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    width = args.joints * args.channels
    tensors = [
        torch.randn(args.batch, width, *args.size),
        torch.randn(args.batch, 18 * args.joints, *args.size),
        torch.randn(width, args.channels, 3, 3),
    ]
    forms = {
        'synpose': lambda x, offset, weight: deform_conv2d(x, offset, weight, 1, 1, 1, args.joints, args.joints),
        'torchvision': lambda x, offset, weight: torchvision.ops.deform_conv2d(x, offset, weight, padding=1),
    }
    outputs = [convolve(*tensors) for convolve in forms.values()]
    print(f'largest difference: {(outputs[0] - outputs[1]).abs().max():.2g} of {outputs[1].abs().max():.3g}')
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in forms}
    for _ in range(args.repeats):
        for name, convolve in forms.items():
            times[name].append(time_step(convolve, tensors))
    best = {name: [min(column) * 1000 for column in zip(*runs)] for name, runs in times.items()}
    print('| form | forward, ms | backward, ms |\n|---|---|---|')
    for name, (forward, backward) in best.items():
        print(f'| {name} | {forward:.1f} | {backward:.1f} |')
    ratio = [theirs / ours for ours, theirs in zip(best['synpose'], best['torchvision'])]
    print(f'torchvision / synpose: forward {ratio[0]:.1f}x, backward {ratio[1]:.1f}x ({args.threads} threads)')


if __name__ == '__main__':
    main()
