"""tools/convert_dekr.py writes what models.official_dekr converts, or says why not."""

import torch


def test_a_checkpoint_is_converted(run_tool, tmp_path, capsys):
    torch.save({'head_heatmap.1.bias': torch.arange(18.0), 'conv1.weight': torch.ones(2)}, tmp_path / 'published.pth')
    assert run_tool('convert_dekr.py', tmp_path / 'published.pth', '--out', tmp_path / 'new' / 'ours.pth') == 0
    state = torch.load(tmp_path / 'new' / 'ours.pth', weights_only=False)['state_dict']
    assert torch.equal(state['head.heatmap_conv_layers.2.bias'], torch.arange(18.0))
    assert torch.equal(state['backbone.conv1.weight'], torch.ones(2))
    assert state._metadata['head']['version'] == 2
    assert '17 joints' in capsys.readouterr().out


def test_a_wrong_file_is_named(run_tool, tmp_path, capsys):
    torch.save({'fc.weight': torch.ones(2)}, tmp_path / 'other.pth')
    (tmp_path / 'noise.pth').write_bytes(b'noise')
    for name, why in (('other.pth', 'fc.weight'), ('noise.pth', ''), ('none.pth', 'No such file')):
        assert run_tool('convert_dekr.py', tmp_path / name, '--out', tmp_path / 'ours.pth') == 1
        error = capsys.readouterr().err
        assert error.startswith(f'error: {tmp_path / name}: ')
        assert why in error
    assert not (tmp_path / 'ours.pth').exists()
