# What both datasets of LTSH share: who the people are and how they are rendered. What is not said here or below is at
# the generator's default, which is the paper's value where it gives one: people an image, pitch, size, variants.
generator = dict(
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
)
