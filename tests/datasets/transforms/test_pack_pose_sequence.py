import numpy as np
from mmpose.registry import TRANSFORMS


def test_channels_are_x_y_score() -> None:
    rng = np.random.default_rng(0)
    points, scores = rng.normal(size=(4, 5, 2)), rng.uniform(size=(4, 5))
    results = {'keypoints': points, 'keypoint_scores': scores, 'gt_label': 2, 'id': 9, 'img_id': 3, 'other': 1}
    found = TRANSFORMS.build({'type': 'PackPoseSequence'})(results)
    assert found['inputs'].shape == (3, 4, 5, 1)
    for channel, expected in enumerate((points[..., 0], points[..., 1], scores)):
        np.testing.assert_allclose(found['inputs'][channel, :, :, 0], expected, rtol=1e-6)
    sample = found['data_samples']
    assert (sample.gt_label, sample.id, sample.img_id) == (2, 9, 3)
    assert 'other' not in sample
    del results['gt_label']
    assert 'gt_label' not in TRANSFORMS.build({'type': 'PackPoseSequence'})(results)['data_samples']
