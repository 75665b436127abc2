# 19 bins of depth and the background instead of body parts: what configs of depth set.
depth_model = dict(backbone=dict(out_channels=20), head=dict(num_classes=20))
depth_labels = dict(dataset=dict(labels=['depth']))  # of datasets that read MATLAB files
