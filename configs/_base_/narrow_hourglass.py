# A hourglass for a CPU core, as a backbone: one stack of 96 features; its maps shrink to an eighth.
narrow = dict(
    num_stacks=1, downsample_times=3, stage_channels=(256, 96, 96, 96), stage_blocks=(1, 1, 1, 1), feat_channel=96
)
