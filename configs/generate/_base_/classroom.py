# The look of classrooms through a clean camera. A config that inherits this says which rooms, how many and how large.
generator = dict(
    type='ClassroomGenerator',
    seed=0,
    teacher=0.3,
    domain='synthetic',
    camera=dict(fov=(52, 80), height=(2.2, 3.0), pitch=(14, 45)),
    # Colors are sRGB hue, saturation, value ranges; a hue may pass 1 (it has period 1).
    style=dict(
        wall=dict(
            textures=('plaster', 'plaster', 'brick'), hue=(0.0, 1.0), saturation=(0.02, 0.16), value=(0.75, 0.95)
        ),
        floor=dict(
            textures=('planks', 'tiles', 'carpet', 'laminate'),
            hue=(0.03, 0.14),
            saturation=(0.08, 0.45),
            value=(0.4, 0.75),
        ),
        ceiling=dict(textures=('tiles',), hue=(0.1, 0.15), saturation=(0.0, 0.04), value=(0.92, 0.98)),
        desk=dict(
            textures=('wood', 'wood', 'laminate'),
            hue=(0.06, 0.12),
            saturation=(0.15, 0.5),
            value=(0.6, 0.9),
            roughness=0.3,
        ),
        chair=dict(hue=(0.0, 1.0), saturation=(0.2, 0.65), value=(0.2, 0.65), roughness=0.4),
        metal=dict(hue=(0.55, 0.62), saturation=(0.0, 0.1), value=(0.25, 0.75)),  # legs, chair frames
        # Windows, blinds, radiators, lamps' cases.
        frame=dict(hue=(0.08, 0.14), saturation=(0.0, 0.12), value=(0.8, 0.95)),
        board=dict(textures=('board',), hue=(0.33, 0.45), saturation=(0.2, 0.45), value=(0.2, 0.36)),
        cover=dict(hue=(0.0, 1.0), saturation=(0.2, 0.7), value=(0.2, 0.75)),
        paper=dict(textures=('paper',), hue=(0.1, 0.17), saturation=(0.0, 0.08), value=(0.9, 0.98)),
        trim=dict(hue=(0.06, 0.12), saturation=(0.05, 0.5), value=(0.35, 0.9)),
        door=dict(textures=('wood',), hue=(0.04, 0.1), saturation=(0.2, 0.6), value=(0.35, 0.8)),  # panels, beams
        curtain=dict(textures=('weave',), hue=(0.0, 1.0), saturation=(0.05, 0.45), value=(0.45, 0.9)),
        light=dict(lamp=(4.0, 10.0), window=(1.0, 4.0), ambient=(0.5, 1.4), warmth=(-0.2, 0.4)),
    ),
    sensor=dict(
        exposure=(0.9, 1.15),
        saturation=(0.7, 0.95),
        noise=0.006,
        blur=0.0,
        white_balance=(-0.03, 0.03),
        jpeg_quality=95,
    ),
)
