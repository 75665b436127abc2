# The same kind of rooms as an older camera in another building sees them: other materials, light, white balance, noise,
# blur and compression.
_base_ = ['./demo_classroom.py']

generator = dict(
    seed=7000,
    people=dict(age_range=(13.0, 45.0)),
    style=dict(
        wall=dict(textures=('plaster', 'wood', 'brick'), hue=(0.05, 0.6), saturation=(0.1, 0.4), value=(0.4, 0.75)),
        floor=dict(textures=('tiles', 'carpet', 'carpet'), hue=(0.5, 1.05), saturation=(0.05, 0.35), value=(0.25, 0.6)),
        desk=dict(textures=('laminate',), hue=(0.1, 0.65), saturation=(0.02, 0.4), value=(0.6, 0.95), roughness=0.2),
        chair=dict(hue=(0.1, 0.6), saturation=(0.3, 0.75), value=(0.25, 0.75)),
        metal=dict(value=(0.05, 0.3)),
        board=dict(hue=(0.55, 0.65), saturation=(0.0, 0.06), value=(0.85, 0.97)),
        cover=dict(saturation=(0.4, 0.8)),
        light=dict(lamp=(1.0, 4.0), window=(0.3, 6.0), ambient=(0.1, 1.0), warmth=(-0.9, 0.9)),
    ),
    sensor=dict(
        exposure=(0.55, 1.25),
        white_balance=(-0.25, 0.35),
        contrast=(0.75, 1.15),
        saturation=(0.45, 0.9),
        vignette=(0.0, 0.4),
        blur=(0.4, 1.1),
        noise=(0.015, 0.05),
        jpeg_quality=(25, 60),
    ),
)
