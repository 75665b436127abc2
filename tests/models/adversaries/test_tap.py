import pytest
import torch
from mmpose.registry import MODELS

from synpose.models.adversaries.tap import check_tap, take_feature, take_rows


@pytest.fixture(scope='module')
def hourglass():
    backbone = dict(type='HourglassNet', downsample_times=1, num_stacks=2, stage_channels=(4, 4), stage_blocks=(1, 1))
    head = dict(type='CPMHead', in_channels=4, out_channels=3, num_stages=2, deconv_out_channels=None)
    return MODELS.build(dict(type='TopdownPoseEstimator', backbone=dict(**backbone, feat_channel=4), head=head))


def test_names_that_exist_pass(hourglass):
    for name in ('backbone', 'head', 'backbone.stem', 'backbone.out_convs.1', 'head.multi_final_layers.0'):
        check_tap(hourglass, name)


@pytest.mark.parametrize(
    ('name', 'message'),
    [
        ('bakbone', 'no bakbone; there it has backbone, head$'),
        ('neck', 'no neck; there it has backbone, head$'),
        ('data_preprocessor', 'no data_preprocessor; there it has backbone, head$'),
        ('backbone.stage9', r'no backbone.stage9; there it has backbone\.stem, backbone\.hourglass_modules'),
        ('backbone.out_convs.7', r'no backbone.out_convs.7; there it has backbone.out_convs.0, backbone.out_convs.1$'),
        ('backbone.out_convs', r'is a list, .* entries: backbone.out_convs.0, backbone.out_convs.1$'),
        ('', 'no ; there it has backbone, head'),
    ],
)
def test_other_names_list_those_that_exist(hourglass, name, message):
    with pytest.raises(ValueError, match=message):
        check_tap(hourglass, name)


def test_rows_of_nested_tensors():
    x = torch.arange(12.0).reshape(4, 3)
    found = take_rows([(x, {'y': x + 1}), 'name', None], torch.tensor([3, 0]))
    assert torch.equal(found[0][0], x[[3, 0]])
    assert torch.equal(found[0][1]['y'], x[[3, 0]] + 1)
    assert isinstance(found[0], tuple)
    assert found[1:] == ['name', None]


def test_one_feature_is_taken():
    x, y = torch.ones(2, 3), torch.full((2, 3), 5.0)
    assert take_feature([x], 'neck', None) is x
    assert take_feature([(x,)], 'neck', None) is x
    assert take_feature([(x, y)], 'neck', -1) is y
    assert torch.equal(take_feature([[x, y, y]], 'head', 'sum'), torch.full((2, 3), 11.0))


@pytest.mark.parametrize(
    ('outputs', 'index', 'message'),
    [
        ([], None, 'neck was called 0 times'),
        ([torch.ones(1)] * 2, None, 'neck was called 2 times'),
        ([(torch.ones(1, 2), torch.ones(1, 4))], None, r'returns 2 features, \[\(1, 2\), \(1, 4\)\]; index=None'),
        ([(torch.ones(1, 2), torch.ones(1, 4))], 2, 'index=2 does not choose one'),
        ([torch.ones(1, 2)], 1, r'returns 1 features, \[\(1, 2\)\]; index=1'),
        ([((torch.ones(1),), None)], 0, r"returns 2 features, \['tuple', 'NoneType'\]; index=0"),
        ([None], 'sum', r"\['NoneType'\]; index='sum'"),
        ([(torch.ones(1, 2), torch.ones(1, 4))], 'sum', "index='sum' does not choose one"),
    ],
)
def test_what_is_no_single_feature_is_refused(outputs, index, message):
    with pytest.raises(ValueError, match=message):
        take_feature(outputs, 'neck', index)
