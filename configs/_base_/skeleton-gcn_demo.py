# The graph network on the poses that the demo's DEKR predicts: the demo's behaviors, and a training of half a minute.
_base_ = ['skeleton-gcn.py']

classes = (  # those of the demo's seated movements, and of whoever stands
    *('arms_crossed', 'clapping', 'drinking', 'hand_raised', 'listening', 'presenting', 'reading', 'reading_aloud'),
    *('resting_head', 'sleeping', 'standing', 'talking_to_neighbor', 'using_laptop', 'using_phone', 'writing'),
)
model = dict(num_classes=len(classes))

max_epochs = 30
train_cfg = dict(max_epochs=max_epochs)
param_scheduler = [
    dict(type='LinearLR', begin=0, end=60, start_factor=0.05, by_epoch=False),
    dict(
        type='CosineAnnealingLR', begin=0, end=max_epochs, eta_min_ratio=0.01, by_epoch=True, convert_to_iter_based=True
    ),
]

train_dataloader = dict(dataset=dict(classes=classes))
test_dataloader = dict(dataset=dict(classes=classes))
