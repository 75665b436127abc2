# What both datasets of LTSH share: who the people are and how they are rendered.
generator = dict(
    variation=7,
    people=dict(age_range=(7, 70)),
    sensor=dict(
        exposure=(0.7, 1.5),
        saturation=(0.7, 1.05),
        contrast=(0.85, 1.1),
        noise=(0.0, 0.02),
        blur=(0.0, 0.6),
        white_balance=(-0.12, 0.12),
        jpeg_quality=95,
    ),
    match_brightness=False,
    light_samples=4,
    min_visible_pixels=60,
)
