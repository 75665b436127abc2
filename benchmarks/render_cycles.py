"""Render a scene written by ``benchmarks/render.py`` with Blender Cycles; runs in an environment that has ``bpy``.

    python benchmarks/render_cycles.py SCENE.npz IMAGE.npy [--samples 8] [--repeats 3] [--denoise] [--cpu-time]

Prints one line of JSON: the seconds of every repeat, of loading the scene and of a picture of 4x4 pixels, which is what
Cycles needs before it shoots rays (synchronization and BVH).
"""

import argparse
import json
import sys
import time
from pathlib import Path

import bpy
import mathutils
import numpy as np


def add_image(name: str, pixels: np.ndarray) -> bpy.types.Image:
    """Make a texture of linear RGB ``(H, W, 3)``; row 0 is at v = 0 in Blender too."""
    height, width = pixels.shape[:2]
    image = bpy.data.images.new(name, width, height, float_buffer=True, is_data=True)
    image.pixels.foreach_set(np.dstack([pixels, np.ones((height, width))]).astype(np.float32).ravel())
    return image


def add_material(name: str, scene: np.lib.npyio.NpzFile) -> bpy.types.Material:
    """Make a diffuse, glossy or (one-sided) luminous material."""
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    tree = material.node_tree
    tree.nodes.clear()
    output = tree.nodes.new('ShaderNodeOutputMaterial')
    roughness = float(scene[f'{name}_roughness'])
    if scene[f'{name}_luminous']:
        node = tree.nodes.new('ShaderNodeEmission')
        side = tree.nodes.new('ShaderNodeMath')
        side.operation = 'SUBTRACT'
        side.inputs[0].default_value = 1.0
        geometry = tree.nodes.new('ShaderNodeNewGeometry')
        tree.links.new(geometry.outputs['Backfacing'], side.inputs[1])
        tree.links.new(side.outputs[0], node.inputs['Strength'])
        material.cycles.emission_sampling = 'FRONT'
    elif roughness < 1:
        node = tree.nodes.new('ShaderNodeBsdfPrincipled')
        node.inputs['Roughness'].default_value = roughness
    else:
        node = tree.nodes.new('ShaderNodeBsdfDiffuse')
    color = scene[f'{name}_color']
    if color.ndim == 1:
        node.inputs[0].default_value = (*color.tolist(), 1.0)
    else:
        texture = tree.nodes.new('ShaderNodeTexImage')
        texture.image = add_image(name, color)
        tree.links.new(texture.outputs['Color'], node.inputs[0])
    tree.links.new(node.outputs[0], output.inputs['Surface'])
    return material


def add_mesh(name: str, scene: np.lib.npyio.NpzFile, material: bpy.types.Material) -> None:
    """Add one mesh of triangles to the scene."""
    vertices, faces, uv = (scene[f'{name}_{key}'] for key in ('vertices', 'faces', 'uv'))
    mesh = bpy.data.meshes.new(name)
    mesh.vertices.add(len(vertices))
    mesh.vertices.foreach_set('co', vertices.astype(np.float32).ravel())
    mesh.loops.add(faces.size)
    mesh.loops.foreach_set('vertex_index', faces.astype(np.int32).ravel())
    mesh.polygons.add(len(faces))
    mesh.polygons.foreach_set('loop_start', np.arange(0, faces.size, 3, dtype=np.int32))
    if len(uv):
        layer = mesh.uv_layers.new()
        layer.data.foreach_set('uv', uv[faces.ravel()].astype(np.float32).ravel())
    mesh.update()
    mesh.materials.append(material)
    bpy.context.scene.collection.objects.link(bpy.data.objects.new(name, mesh))


def add_camera(scene: np.lib.npyio.NpzFile) -> None:
    """Add the camera, whose frame in Blender is x right, y up, z back."""
    camera = bpy.data.cameras.new('camera')
    camera.sensor_fit = 'HORIZONTAL'
    camera.angle = float(scene['fov'])
    camera.clip_start = 0.01
    holder = bpy.data.objects.new('camera', camera)
    holder.matrix_world = mathutils.Matrix(scene['pose'].tolist())
    bpy.context.scene.collection.objects.link(holder)
    bpy.context.scene.camera = holder


def configure(width: int, height: int, samples: int, denoise: bool) -> None:
    """Direct light only, a fixed number of samples, one thread."""
    scene = bpy.context.scene
    render, cycles = scene.render, scene.cycles
    render.engine, cycles.device = 'CYCLES', 'CPU'
    render.threads_mode, render.threads = 'FIXED', 1
    render.resolution_x, render.resolution_y, render.resolution_percentage = width, height, 100
    render.image_settings.file_format, render.image_settings.color_depth = 'OPEN_EXR', '32'
    cycles.samples, cycles.use_adaptive_sampling, cycles.use_denoising = samples, False, denoise
    for kind in ('max', 'diffuse', 'glossy', 'transmission', 'volume', 'transparent_max'):
        setattr(cycles, f'{kind}_bounces', 0)
    cycles.seed = 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('scene', type=Path)
    parser.add_argument('image', type=Path)
    parser.add_argument('--samples', type=int, default=8)
    parser.add_argument('--repeats', type=int, default=3)
    parser.add_argument('--denoise', action='store_true')
    parser.add_argument('--cpu-time', action='store_true')
    args = parser.parse_args()
    clock = time.process_time if args.cpu_time else time.perf_counter

    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.preferences.addon_enable(module='cycles')
    exchanged = np.load(args.scene)
    start = clock()
    materials = {str(name): add_material(str(name), exchanged) for name in exchanged['materials']}
    for i, name in enumerate(exchanged['surfaces']):
        add_mesh(f'mesh_{i}', exchanged, materials[str(name)])
    add_camera(exchanged)
    load = clock() - start

    seconds: dict[str, list[float]] = {'prepare': [], 'total': []}
    width, height = (int(n) for n in exchanged['size'])
    bpy.context.scene.render.filepath = str(args.image.with_suffix('.exr'))
    for _ in range(args.repeats):
        for key, size in (('prepare', (4, 4)), ('total', (width, height))):
            configure(*size, args.samples, args.denoise and key == 'total')
            start = clock()
            bpy.ops.render.render(write_still=key == 'total')
            seconds[key].append(clock() - start)
    picture = bpy.data.images.load(bpy.context.scene.render.filepath)
    pixels = np.empty(width * height * 4, np.float32)
    picture.pixels.foreach_get(pixels)
    np.save(args.image, pixels.reshape(height, width, 4)[::-1, :, :3])
    print(json.dumps({'load': load, **seconds, 'version': bpy.app.version_string}), file=sys.stderr)


if __name__ == '__main__':
    main()
