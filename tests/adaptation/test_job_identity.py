import hashlib
import json

import pytest
import torch
from mmengine.config import Config
from torch import nn

from synpose.adaptation.job_identity import describe_model, describe_source, differences, weights_sha256


def config(**changes):
    content = Config(
        dict(
            model=dict(type='Net', width=(1, 2)),
            test_dataloader=dict(
                batch_size=2, dataset=dict(type='D', data_root='here/', pipeline=[dict(type=nn.Conv2d)])
            ),
            test_cfg=dict(type='DatasetJobLoop'),
        )
    )
    content.merge_from_dict(changes)
    return content


@pytest.mark.parametrize(
    ('changes', 'same'),
    [
        ({'test_dataloader.batch_size': 5}, True),
        ({'test_dataloader.dataset.data_root': 'there/'}, True),
        ({'model.width': (1, 3)}, False),
        ({'test_dataloader.dataset.pipeline': []}, False),
        ({'test_cfg.fp16': True}, False),
    ],
)
def test_what_makes_another_job(changes, same):
    model = nn.Linear(2, 1)
    described = [describe_model(model, settings, None) for settings in (config(), config(**changes))]
    assert (described[0] == described[1]) == same


def test_a_model_is_plain_json(tmp_path):
    path = tmp_path / 'a.pth'
    path.write_bytes(b'weights')
    described = describe_model(nn.Linear(2, 1), config(), str(path))
    assert json.loads(json.dumps(described)) == described
    assert described['type'] == 'Linear'
    assert described['checkpoint_sha256'] == hashlib.sha256(b'weights').hexdigest()
    assert 'Conv2d' in str(described['config']['dataset']['pipeline'])


def test_weights_decide_where_no_file_does():
    torch.manual_seed(0)
    net, other = nn.Linear(2, 1), nn.Linear(2, 1)
    assert weights_sha256(net) != weights_sha256(other)
    other.load_state_dict(net.state_dict())
    assert weights_sha256(net) == weights_sha256(other)
    assert weights_sha256(net.half()) != weights_sha256(other)
    assert weights_sha256(nn.Identity()) == hashlib.sha256().hexdigest()
    assert len(weights_sha256(net.to(torch.bfloat16))) == 64
    assert len(weights_sha256(nn.BatchNorm1d(2))) == 64  # its counter has no dimension


def test_the_source_is_its_content(tmp_path):
    (tmp_path / 'annotations').mkdir()
    (tmp_path / 'annotations' / 'train.json').write_bytes(b'{}')
    hashes = {'annotations/train.json': hashlib.sha256(b'{}').hexdigest()}
    assert describe_source(tmp_path, ['annotations/train.json']) == {'dataset': None, 'annotations': hashes}
    (tmp_path / 'dataset.json').write_text('{"seed": 3}')
    assert describe_source(tmp_path, ['annotations/train.json']) == {'dataset': {'seed': 3}, 'annotations': hashes}
    (tmp_path / 'dataset.json').write_text('{')
    with pytest.raises(ValueError, match=r'dataset\.json: not valid JSON'):
        describe_source(tmp_path, ['annotations/train.json'])


def test_a_missing_annotation_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'annotations/val\.json: no such annotation file'):
        describe_source(tmp_path, ['annotations/val.json'])


def test_differences_are_named():
    found = {'a': {'b': 1, 'c': [1, 2]}, 'd': 'x', 'same': None}
    wanted = {'a': {'b': 2, 'c': [1, 3]}, 'e': 'y', 'same': None}
    assert list(differences(found, wanted)) == [
        'a.b was 1 and is 2',
        'a.c was [1, 2] and is [1, 3]',
        'd was "x" and is null',
        'e was null and is "y"',
    ]
    assert list(differences(wanted, wanted)) == []
    assert all(len(text) < 250 for text in differences({'a': 'x' * 999}, {'a': 'y' * 999}))
