"""Builds what a look says: skin, face, hair, clothes and accessories as surfaces with materials."""

import numpy as np

from synpose.generation.bodies.body_model import Body
from synpose.generation.people import accessories
from synpose.generation.people.appearance import Look
from synpose.generation.people.clothing import Fitting, Tailor
from synpose.generation.people.fabrics import PATTERNS, fabric, hair_texture
from synpose.generation.people.hair import STYLES, build_hair
from synpose.generation.people.headwear import wear
from synpose.generation.people.pieces import HEAD, Outfit, Piece, Surface
from synpose.generation.people.tailoring import Dressing
from synpose.generation.primitives import Material
from synpose.generation.shells import plane_waves


def build_outfit(rng: np.random.Generator, tailor: Tailor, body: Body, look: Look) -> tuple[Outfit, Outfit]:
    """Build everything someone's surface is made of.

    Args:
        rng: Source of wrinkles, weaves and strands.
        tailor: Knows the body model's parts.
        body: The person's body.
        look: What it looks like.

    Returns:
        What is always worn (skin, face, hair, clothes, accessories), and the bag, which only standing people wear.
    """
    fitting = Fitting(tailor, body, plane_waves(rng, tailor.model.template, (0.07, 0.25)))
    dressing = Dressing(fitting, look.clothes, _cloth_materials(rng, look))
    if look.clothes.tie:
        dressing.tie()
    if look.scarf:
        dressing.scarf()
    pieces = dressing.pieces
    covered = dressing.covered
    worn = None
    if look.headwear is not None:
        worn = wear(fitting, look.headwear, dressing.margin)
        cloth = Material(np.ones(3, np.float32), fabric(rng, 'plain', look.colors['headwear'], look.colors['accent']))
        pieces += [Piece(surface, cloth, part) for surface, part in worn.surfaces]
    if worn is None or not worn.hides_hair:
        pressed = None if worn is None else worn.pressed
        stubble = 0.45 * look.hair + 0.35 * look.skin
        color = stubble if look.hair_style == 'shaved' else look.hair
        strands = Material(np.ones(3, np.float32), hair_texture(rng, color))
        pieces += [Piece(surface, strands, HEAD) for surface in build_hair(rng, fitting, look.hair_style, pressed)]
    else:
        covered = np.maximum(covered, worn.pressed - 0.01)
    pieces += _face(fitting, look, covered)
    pieces += _accessories(fitting, look)
    bag: list[Piece] = []
    if look.bag is not None:
        cloth, trim = _solid(look.colors['bag']), _solid(0.5 * look.colors['bag'])
        bag = accessories.bag(fitting, look.bag, dressing.outer, dressing.margin, cloth, trim)
    return Outfit(tailor.model, pieces), Outfit(tailor.model, bag)


def _solid(color: np.ndarray, roughness: float = 1.0) -> Material:
    return Material(np.clip(color, 0, 1).astype(np.float32), None, roughness)


def _cloth_materials(rng: np.random.Generator, look: Look) -> dict[str, Material]:
    colors, clothes = look.colors, look.clothes

    def woven(name: str, pattern: str = 'plain') -> Material:
        return Material(np.ones(3, np.float32), fabric(rng, pattern, colors[name], colors['accent']))

    skirt = str(rng.choice(['plain', 'checks'])) if 'skirt' in clothes.bottom else 'plain'
    layer = str(rng.choice(PATTERNS, p=[0.8, 0.08, 0.12, 0.0]))
    materials = {
        'top': woven('top', look.pattern),
        'bottom': woven('bottom', skirt),
        'tights': _solid(0.5 * colors['bottom']),
        'trim': _solid(0.4 * colors['layer']),
        'shoes': _solid(colors['shoes']),
        'soles': _solid(np.full(3, 0.4)),
    }
    if clothes.layer is not None:
        materials['layer'] = woven('layer', 'plain' if clothes.uniform else layer)
    if clothes.tie:
        materials['tie'] = woven('accent')
    if look.scarf:
        materials['scarf'] = woven('scarf', str(rng.choice(['plain', 'stripes', 'checks'])))
    return materials


def _face(fitting: Fitting, look: Look, covered: np.ndarray) -> list[Piece]:
    regions, body = fitting.regions, fitting.body.vertices

    def layer(faces: np.ndarray, level: np.ndarray, offset: float) -> Surface:
        return fitting.patch(faces, level, body + offset * fitting.normals)

    return [
        Piece(fitting.skin(covered), _solid(look.skin)),
        Piece(layer(regions.eye_faces, -regions.iris, 0.0), _solid(np.array([0.62, 0.60, 0.58])), HEAD),
        Piece(layer(regions.eye_faces, regions.iris, 0.0), _solid(look.iris), HEAD),
        Piece(layer(regions.head_faces, regions.brow, 0.0015), _solid(0.6 * look.hair + 0.25 * look.skin), HEAD),
        Piece(layer(regions.head_faces, regions.lips, 0.0006), _solid(look.skin * [0.82, 0.55, 0.55]), HEAD),
    ]


def _accessories(fitting: Fitting, look: Look) -> list[Piece]:
    pieces: list[Piece] = []
    if look.glasses is not None:
        pieces += accessories.glasses(fitting, look.glasses, _solid(look.colors['glasses'], 0.3))
    if look.mask is not None:
        pieces += accessories.mask(fitting, look.mask, _solid(look.colors['mask']))
    if look.headphones:
        thickness = 1.3 * STYLES[look.hair_style].top
        pieces += accessories.headphones(fitting, _solid(look.colors['shoes'], 0.4), thickness)
    return pieces
