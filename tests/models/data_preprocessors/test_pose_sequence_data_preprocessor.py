import pytest
import torch
from mmpose.registry import MODELS


def test_sequences_are_stacked() -> None:
    preprocessor = MODELS.build({'type': 'PoseSequenceDataPreprocessor'})
    sequences = [torch.arange(6, dtype=torch.float64).reshape(3, 1, 2, 1) + k for k in range(2)]
    found = preprocessor({'inputs': sequences, 'data_samples': ['a', 'b']}, training=True)
    assert found['inputs'].dtype == torch.float32
    torch.testing.assert_close(found['inputs'], torch.stack(sequences).float())
    assert found['data_samples'] == ['a', 'b']
    with pytest.raises(ValueError, match=r'several shapes .*\(3, 1, 2, 1\), \(3, 2, 2, 1\)'):
        preprocessor({'inputs': [sequences[0], torch.zeros(3, 2, 2, 1)], 'data_samples': []})
