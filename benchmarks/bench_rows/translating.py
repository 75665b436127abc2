"""CTGAN against a plain single-precision loop over the same networks: training, translating, memory."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from .common import Case, Options, alternate, compared

TITLE = 'CTGAN'
SIZES = {'960x540': (540, 960), '1920x1080': (1080, 1920), '3840x2160': (2160, 3840)}
TILE = 512
_PEAK = """
import sys
sys.path.insert(0, {folder!r})
from bench_rows.translating import peak
print('PEAK', peak({height}, {width}, {tile}, {threads}))
"""


def _networks(options: Options, channels_last: bool) -> Any:
    """A CTGAN of the paper's size on a GPU, of the demo's on a CPU; always the same weights."""
    from mmpose.registry import MODELS

    large = options.device == 'cuda'
    generator = {'base_channels': 64} if large else {'base_channels': 16, 'num_blocks': 6, 'num_downsamples': 1}
    torch.manual_seed(0)
    model = MODELS.build(
        {
            'type': 'CTGAN',
            'generator': {'type': 'ResnetGenerator', **generator},
            'discriminator': {'type': 'PatchDiscriminator', 'base_channels': 64 if large else 16},
            'pool_size': 0,
        }
    )
    model.init_weights()
    model = model.to(options.device)
    return model.to(memory_format=torch.channels_last) if channels_last else model


def _batch(side: int) -> dict[str, Any]:
    rng = torch.Generator().manual_seed(0)

    def image(channels: int, top: int) -> list[Tensor]:
        return [torch.randint(0, top, (channels, side, side), dtype=torch.uint8, generator=rng)]

    return {'inputs': {'source': image(3, 256), 'target': image(3, 256), 'mask': image(1, 2)}, 'data_samples': None}


def _plain_step(options: Options, side: int) -> Callable[[], float]:
    """Both updates written out: two optimizers, squared distances, nothing logged."""
    model = _networks(options, False)
    to_real, to_synthetic = model.generator_to_real, model.generator_to_synthetic
    judges = (model.discriminator_real, model.discriminator_synthetic)
    generators = torch.optim.Adam([*to_real.parameters(), *to_synthetic.parameters()], 2e-4, (0.5, 0.999))
    discriminators = torch.optim.Adam([p for judge in judges for p in judge.parameters()], 2e-4, (0.5, 0.999))
    inputs = model.data_preprocessor(_batch(side), training=True)['inputs']
    source, target, mask = inputs['source'], inputs['target'], inputs['mask']

    def step() -> float:
        for judge in judges:
            judge.requires_grad_(False)
        fakes = to_real(source), to_synthetic(target)
        loss = sum((judge(fake) - 1).square().mean() for judge, fake in zip(judges, fakes))
        loss = loss + 10 * (F.l1_loss(to_synthetic(fakes[0]), source) + F.l1_loss(to_real(fakes[1]), target))
        loss = loss + 10 * (F.l1_loss(to_real(target), target) + F.l1_loss(to_synthetic(source), source))
        loss = loss + (((fakes[0] - source) * mask).square().sum() / (3 * mask.sum())).sqrt()
        generators.zero_grad()
        loss.backward()
        generators.step()
        for judge in judges:
            judge.requires_grad_(True)
        pairs = zip(judges, (target, source), fakes)
        judged = sum((d(r) - 1).square().mean() / 2 + d(f.detach()).square().mean() / 2 for d, r, f in pairs)
        discriminators.zero_grad()
        judged.backward()
        discriminators.step()
        return float(loss)

    return step


def _our_step(options: Options, side: int) -> Callable[[], float]:
    from mmengine.optim import build_optim_wrapper

    model = _networks(options, options.device == 'cuda')
    config = {
        'constructor': 'TranslatorOptimWrapperConstructor',
        'type': 'AmpOptimWrapper' if options.device == 'cuda' else 'OptimWrapper',
        'optimizer': {'type': 'Adam', 'lr': 2e-4, 'betas': (0.5, 0.999)},
    }
    wrappers, batch = build_optim_wrapper(model, config), _batch(side)
    return lambda: float(model.train_step(batch, wrappers)['loss_generators'])


def _translators(options: Options, size: tuple[int, int]) -> tuple[Callable[[], Tensor], Callable[[], Tensor]]:
    """A plain forward pass, and CTGAN's ``test_step`` with all it does beside; both return uint8 BGR ``(H, W, 3)``."""
    from mmpose.structures import PoseDataSample

    plain, ours = _networks(options, False).eval(), _networks(options, options.device == 'cuda').eval()
    image = torch.randint(0, 256, (3, *size), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))

    @torch.no_grad()
    def stock() -> Tensor:
        output = plain.generator_to_real(image.to(options.device).flip(0)[None].float() / 127.5 - 1)
        return ((output[0].flip(0) + 1) * 127.5).round().byte().permute(1, 2, 0).cpu()

    @torch.no_grad()
    def mine() -> Tensor:
        with torch.autocast(options.device, enabled=options.device == 'cuda'):
            (sample,) = ours.test_step({'inputs': {'source': [image]}, 'data_samples': [PoseDataSample()]})
        return torch.from_numpy(sample.translated)

    return stock, mine


def peak(height: int, width: int, tile: int | None, threads: int) -> float:
    """Translate one image in this process and return the memory it took at most, MiB; on a CPU."""
    from mmengine.registry import init_default_scope
    from mmpose.structures import PoseDataSample

    import synpose  # noqa: F401

    init_default_scope('mmpose')
    torch.set_num_threads(threads)
    model = _networks(Options(threads=threads), False).eval()
    model.tile = tile
    image = torch.zeros((3, height, width), dtype=torch.uint8)
    Path('/proc/self/clear_refs').write_text('5')  # forget the peak of the imports
    before = _most_memory()
    with torch.no_grad():
        model.test_step({'inputs': {'source': [image]}, 'data_samples': [PoseDataSample()]})
    return _most_memory() - before


def _most_memory() -> float:
    found = re.search(r'VmHWM:\s+(\d+) kB', Path('/proc/self/status').read_text())
    return int(found.group(1)) / 1024 if found else 0.0


def _peak_of_new_process(size: tuple[int, int], tile: int | None, options: Options) -> float:
    code = _PEAK.format(folder=sys.path[0], height=size[0], width=size[1], tile=tile, threads=options.threads)
    command = [sys.executable, '-W', 'ignore', '-c', code]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return float(output.split('PEAK')[1])


def run(options: Options) -> Iterator[Case]:
    """Train and translate in turns; on a GPU ours in mixed precision and channels last, as ``--amp`` has it."""
    on_gpu = options.device == 'cuda'
    side = 256 if on_gpu else 128
    timed = alternate(_plain_step(options, side), _our_step(options, side), options)
    first, second = timed.results
    same = compared((abs(first - second) / first, 1e-2 if on_gpu else 1e-4, 'of the first loss'))
    rates = [1000 / ms for ms in timed.times]
    yield Case(f'training, batch 1, {side}x{side}', *rates, unit='iterations/s', same=same, turns=timed.turns)
    for name, size in list(SIZES.items())[: 1 if options.quick else 2]:
        timed = alternate(*_translators(options, size), options)
        apart = (timed.results[0].int() - timed.results[1].int()).abs().max().item()
        rates = [1000 / ms for ms in timed.times]
        same = compared((apart, 16 if on_gpu else 1.5, 'levels apart'))
        yield Case(f'translating {name}', *rates, unit='images/s', same=same, turns=timed.turns)
    for name, size in list(SIZES.items())[: 0 if on_gpu else 1 if options.quick else 3]:
        whole, tiled = (_peak_of_new_process(size, tile, options) for tile in (None, TILE))
        case = f'memory to translate {name}: whole, in tiles of {TILE} px'
        yield Case(case, whole, tiled, unit='MiB', turns=1, series='memory in tiles', size=size[0] * size[1])
