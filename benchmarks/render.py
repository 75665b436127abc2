"""Rendering a classroom on this CPU: ours against Blender Cycles, the same scene in one run, one thread each.

Cycles runs from the `bpy` package in an environment of its own; `make bench-render` makes it and runs this script.
Both get the same meshes, textures, lamps, camera, size and number of light samples a pixel, and direct light only; the
same room at growing sizes comes first, then growing crowds at the middle size. Seconds are those of one image: what a
frame costs once (posing, scene building, BVH; for Cycles what a picture of 4x4 pixels takes) is shared by its views.
The ratios leave out posing and encoding, which are the same whoever renders.
"""

import argparse
import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any
from unittest import mock

import numpy as np
from mmengine.config import Config

from synpose.generation.jobs.writer import encode
from synpose.generation.primitives import Material, Mesh, Person
from synpose.generation.rendering import cameras, denoise, renderer
from synpose.generation.rendering.cameras import Camera
from synpose.generation.rendering.denoise import tone_map
from synpose.generation.rooms.building import Light
from synpose.generation.rooms.scene import compose
from synpose.registry import GENERATORS

ROOT = Path(__file__).resolve().parents[1]
ROOM = {'name': 'benchmark', 'size': 'large', 'layout': {'type': 'rows', 'rows': 8, 'columns': 10}, 'style': {}}
STAGES = ('posing', 'scene building', 'BVH', 'rendering', 'denoising', 'encoding')
ONCE_A_FRAME = ('posing', 'scene building', 'BVH')
COMPARED = ('scene building', 'BVH', 'rendering', 'denoising')
DENOISERS = ('normals_from_depth', 'smooth_light', 'soften_edges', 'scattered_light')


@dataclass
class Scene:
    """A frame: what both renderers get."""

    meshes: list[Mesh]
    lights: list[Light]
    people: list[Person]
    camera: Camera
    posing: float
    """Seconds that posing and dressing a person took."""

    def with_people(self, count: int) -> 'Scene':
        """Return the same room with the first ``count`` people."""
        return replace(self, people=self.people[:count])

    def with_size(self, width: int, height: int) -> 'Scene':
        """Return the same view at another size; the horizontal field of view stays."""
        focal = self.camera.K[0, 0] * width / self.camera.width
        K = np.array([[focal, 0, 0.5 * (width - 1)], [0, focal, 0.5 * (height - 1)], [0, 0, 1]])
        return replace(self, camera=replace(self.camera, width=width, height=height, K=K))

    def surfaces(self) -> Iterator[Mesh]:
        """Iterate over all meshes that are no lamps."""
        yield from self.meshes
        for person in self.people:
            yield from person.meshes


@dataclass
class Timer:
    """Seconds by stage."""

    clock: Callable[[], float]
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add what happens inside to a stage."""
        start = self.clock()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + self.clock() - start

    def watch(self, function: Callable, name: str) -> Callable:
        """Return the function with every call added to a stage."""

        def timed(*args: Any, **kwargs: Any) -> Any:
            with self.stage(name):
                return function(*args, **kwargs)

        return timed


def make_scene(people: int, clock: Callable[[], float]) -> Scene:
    """Fill a large room with at least ``people`` people."""
    options = Config.fromfile(ROOT / 'configs/generate/_base_/classroom.py').generator
    generator = GENERATORS.build({**options, 'scenes': {'train': 1}, 'rooms': [ROOM], 'people': {}})
    room, factory = generator.build_room(0), generator.factory()
    compose(np.random.default_rng(1), room, factory, 1.0, 0.0, max_people=1)  # compiles the body's kernels
    start = clock()
    composition = compose(np.random.default_rng(0), room, factory, 1.0, 0.0, max_people=people + people // 5)
    posing = (clock() - start) / len(composition.people)
    if len(composition.people) < people:
        raise ValueError(f'--people: the room took only {len(composition.people)} of {people}')
    camera = cameras.sample_camera(np.random.default_rng(3), 4, room, (960, 540), options['camera'])
    return Scene([*room.meshes, *composition.things], room.lights, composition.people, camera, posing)


def render_ours(scene: Scene, samples: int, timer: Timer) -> np.ndarray:
    """Render and encode one image as the generator does; returns its linear color ``(H, W, 3)``."""
    with ExitStack() as patches:
        for name in DENOISERS:
            timed = timer.watch(getattr(denoise, name), 'denoising')
            patches.enter_context(mock.patch.object(renderer, name, timed))
        timed = timer.watch(renderer.build_scene, 'BVH')
        patches.enter_context(mock.patch.object(renderer, 'build_scene', timed))
        with timer.stage('scene building'):
            loaded = renderer.SceneRenderer(scene.meshes, scene.lights, scene.people, samples)
        with timer.stage('rendering'):
            view = loaded.render(scene.camera, 0)
    with timer.stage('encoding'):
        encode(np.round(tone_map(view.color) * 255).astype(np.uint8), '.jpg')
        encode(view.stencil, '.png')
        encode((view.depth * 1000).astype(np.uint16), '.png')
    timer.seconds['scene building'] -= timer.seconds['BVH']
    timer.seconds['rendering'] -= timer.seconds['denoising']
    timer.seconds['posing'] = scene.posing * len(scene.people)
    return view.color


def export(scene: Scene, path: Path) -> None:
    """Write a scene for ``render_cycles.py``."""
    arrays: dict[str, Any] = {}
    names: dict[int, str] = {}
    surfaces: list[str] = []

    def add(mesh: Mesh, material: Material, luminous: bool, high: float) -> None:
        if id(material) not in names:
            name = names[id(material)] = f'material_{len(names)}'
            texture = 1 if material.texture is None else material.texture
            arrays[f'{name}_color'] = np.clip(texture * material.color, 0, high).astype(np.float32)
            arrays[f'{name}_roughness'], arrays[f'{name}_luminous'] = material.roughness, luminous
        mesh_name = f'mesh_{len(surfaces)}'
        arrays[f'{mesh_name}_vertices'], arrays[f'{mesh_name}_faces'] = mesh.vertices, mesh.faces
        arrays[f'{mesh_name}_uv'] = np.zeros((0, 2)) if mesh.uv is None else mesh.uv
        surfaces.append(names[id(material)])

    for mesh in scene.surfaces():
        add(mesh, mesh.material, False, 1.0)
    lamps = [replace(light.mesh.material, color=light.radiance) for light in scene.lights]  # kept: names go by id
    for light, lamp in zip(scene.lights, lamps, strict=True):
        add(light.mesh, lamp, True, np.inf)
    camera = scene.camera
    pose = np.eye(4)
    pose[:3, :3] = camera.R.T @ np.diag([1, -1, -1])
    pose[:3, 3] = camera.position
    np.savez(
        path,
        materials=list(names.values()),
        surfaces=surfaces,
        pose=pose,
        fov=2 * np.arctan(0.5 * camera.width / camera.K[0, 0]),
        size=(camera.width, camera.height),
        **arrays,
    )


def render_cycles(
    scene: Scene, python: str, samples: int, repeats: int, cpu_time: bool, denoised: bool = False
) -> tuple[dict[str, Any], np.ndarray]:
    """Render with Cycles; returns its report and linear color ``(H, W, 3)``."""
    with tempfile.TemporaryDirectory() as folder:
        exchanged, image = Path(folder, 'scene.npz'), Path(folder, 'image.npy')
        export(scene, exchanged)
        command = [python, str(ROOT / 'benchmarks/render_cycles.py'), str(exchanged), str(image)]
        command += ['--samples', str(samples), '--repeats', str(repeats)]
        command += ['--cpu-time'] * cpu_time + ['--denoise'] * denoised
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode or not image.exists():
            raise RuntimeError(f'Cycles failed:\n{done.stdout}{done.stderr}')
        return json.loads(done.stderr.splitlines()[-1]), np.load(image)


def correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Correlation of two pictures' tone-mapped luminance: whether both show the same thing."""
    return float(np.corrcoef(tone_map(first).mean(-1).ravel(), tone_map(second).mean(-1).ravel())[0, 1])


def measure(scene: Scene, args: argparse.Namespace, clock: Callable[[], float], denoised: bool) -> None:
    """Measure one scene with both renderers and print a row: seconds an image."""
    runs = []
    for _ in range(args.repeats):
        timer = Timer(clock)
        ours = render_ours(scene, args.samples, timer)
        runs.append(timer.seconds)
    once = {stage: median(run[stage] for run in runs) for stage in STAGES}
    stages = {stage: once[stage] / (args.views if stage in ONCE_A_FRAME else 1) for stage in STAGES}
    total = sum(stages.values())
    share = (stages['rendering'] + stages['denoising']) / total
    cells = [f'{len(scene.people)}', f'{scene.camera.width}x{scene.camera.height}', f'**{total:.2f}**']
    cells += [f'{stages[stage]:.2f}' for stage in STAGES] + [f'{share:.0%}']
    if args.cycles:
        report, theirs = render_cycles(scene, args.cycles, args.samples, args.repeats, args.cpu_time)
        prepare, rays = median(report['prepare']), median(report['total']) - median(report['prepare'])
        drawn, drawn_once = (sum(part[stage] for stage in COMPARED) for part in (stages, once))
        cycles = rays + prepare / args.views
        cells += [f'{cycles:.1f}', f'**{cycles / drawn:.1f}x**', f'{(rays + prepare) / drawn_once:.1f}x', '']
        if denoised:
            report, theirs = render_cycles(scene, args.cycles, args.samples, 1, args.cpu_time, denoised=True)
            cells[-1] = f'{(report["total"][0] - prepare + prepare / args.views) / drawn:.1f}x'
        cells.append(f'{correlation(ours, theirs):.3f}')
    print('| ' + ' | '.join(cells) + ' |', flush=True)


def parse_size(text: str) -> tuple[int, int]:
    """Read ``960x540``."""
    width, _, height = text.partition('x')
    if not (width.isdigit() and height.isdigit() and int(width) > 0 and int(height) > 0):
        raise argparse.ArgumentTypeError(f'{text!r} is not a size like 960x540')
    return int(width), int(height)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--people', type=int, nargs='+', default=[5, 20, 35, 60], help='(default: %(default)s)')
    parser.add_argument(
        '--sizes', type=parse_size, nargs='+', default=[(480, 270), (960, 540), (1920, 1080)], metavar='WxH'
    )
    parser.add_argument('--samples', type=int, default=8, help='light samples a pixel (default: %(default)s)')
    parser.add_argument(
        '--views',
        type=int,
        default=8,
        help='images of a frame, which share its people and BVH (default: %(default)s, as configs/generate/synpose.py)',
    )
    parser.add_argument('--repeats', type=int, default=3, help='the median counts (default: %(default)s)')
    parser.add_argument('--cycles', metavar='PYTHON', help='interpreter that has bpy; without it only ours is timed')
    parser.add_argument('--cpu-time', action='store_true', help='count processor seconds: for a busy machine')
    args = parser.parse_args(arguments)
    if min(*args.people, args.samples, args.views, args.repeats) < 1:
        parser.error('--people, --samples, --views and --repeats must be at least 1')

    clock = time.process_time if args.cpu_time else time.perf_counter
    whole = make_scene(max(args.people), clock)
    sizes = sorted(args.sizes)
    middle_size, middle_count = sizes[len(sizes) // 2], sorted(args.people)[len(args.people) // 2]
    render_ours(whole.with_size(64, 36).with_people(1), 1, Timer(clock))  # loads mitsuba's plugins
    columns = ['people', 'size', 'ours, s', *STAGES, 'rendering + denoising']
    if args.cycles:
        columns += ['Cycles, s', 'ratio', 'ratio, 1 view', 'ratio, Cycles denoised', 'correlation']
    print('| ' + ' | '.join(columns) + ' |\n' + '|---' * len(columns) + '|', flush=True)
    for size in sizes:
        measure(whole.with_people(middle_count).with_size(*size), args, clock, denoised=True)
    for count in args.people:
        if count != middle_count:
            measure(whole.with_people(count).with_size(*middle_size), args, clock, denoised=False)


if __name__ == '__main__':
    main()
