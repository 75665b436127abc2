# The same sets as the demo's trained model sees them, where Inception's weights are not at hand: FD_demo-backbone.
_base_ = ['fid_inception_demo.py']

extractor = dict(
    _delete_=True,
    type='PoseBackboneFeatures',
    config='configs/demo/dekr_hrnet-w16_1xb6-25e_demo-448x256.py',
    checkpoint='work_dirs/demo/epoch_25.pth',
    name='demo-backbone',
)
test_evaluator = dict(extractor=extractor)
