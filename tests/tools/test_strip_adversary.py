"""tools/strip_adversary.py writes what models.adversaries.stripping strips, or says why not."""

from collections import OrderedDict

import torch


def test_a_checkpoint_is_stripped(run_tool, tmp_path, capsys):
    state = OrderedDict({'estimator.head.weight': torch.ones(2), 'classifier.weight': torch.zeros(2)})
    torch.save({'state_dict': state, 'meta': {'epoch': 3}, 'optimizer': {}}, tmp_path / 'trained.pth')
    assert run_tool('strip_adversary.py', tmp_path / 'trained.pth', '--out', tmp_path / 'new' / 'plain.pth') == 0
    stripped = torch.load(tmp_path / 'new' / 'plain.pth', weights_only=False)
    assert stripped.keys() == {'state_dict', 'meta'}
    assert list(stripped['state_dict']) == ['head.weight']
    assert stripped['meta'] == {'epoch': 3}
    assert '1 tensors' in capsys.readouterr().out


def test_a_wrong_file_is_named(run_tool, tmp_path, capsys):
    torch.save({'state_dict': {'head.weight': torch.ones(2)}}, tmp_path / 'plain.pth')
    torch.save({'head.weight': torch.ones(2)}, tmp_path / 'weights.pth')
    torch.save(torch.ones(2), tmp_path / 'tensor.pth')
    (tmp_path / 'noise.pth').write_bytes(b'noise')
    (tmp_path / 'cut.pth').write_bytes((tmp_path / 'plain.pth').read_bytes()[:100])
    (tmp_path / 'empty.pth').write_bytes(b'')
    cases = {
        'plain.pth': 'no name in state_dict begins with estimator.',
        'weights.pth': 'it has no state_dict',
        'tensor.pth': 'it has no state_dict',
        'noise.pth': '',
        'cut.pth': '',
        'empty.pth': '',
        'none.pth': 'No such file',
    }
    for name, why in cases.items():
        assert run_tool('strip_adversary.py', tmp_path / name, '--out', tmp_path / 'out.pth') == 1
        error = capsys.readouterr().err
        assert error.startswith(f'error: {tmp_path / name}: ')
        assert why in error
    assert not (tmp_path / 'out.pth').exists()
