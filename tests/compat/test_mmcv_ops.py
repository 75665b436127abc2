"""Installing the stand-in: which module wins, what it says of ops it lacks, and what reports read from it."""

import importlib.util
import pickle
import subprocess
import sys
import textwrap
import types

import mmcv
import mmengine.utils.dl_utils
import pytest
import torch

from synpose.compat import mmcv_ops


def test_every_module_of_mmcv_ops_imports():
    import mmcv.ops

    assert sys.modules['mmcv._ext'].nms is mmcv_ops.OPS['nms']
    assert mmcv.ops.DeformConv2d.__module__ == 'mmcv.ops.deform_conv'


def test_missing_op_names_itself_and_the_package_when_called():
    from mmcv.ops import nms_rotated

    with pytest.raises(NotImplementedError, match=r"'nms_rotated'.* the compiled package \"mmcv\""):
        nms_rotated(torch.rand(2, 5), torch.rand(2), 0.5)


def test_private_names_are_missing_attributes():
    extension = importlib.import_module('mmcv._ext')
    with pytest.raises(AttributeError, match='_private'):
        extension._private  # noqa: B018
    assert not hasattr(extension, '__file__')


def test_the_module_has_a_spec():
    spec = importlib.util.find_spec('mmcv._ext')
    assert spec is not None
    assert spec.name == 'mmcv._ext'
    assert spec.loader is not None
    assert isinstance(importlib.import_module('mmcv._ext'), types.ModuleType)
    assert mmengine.utils.dl_utils.misc.mmcv_full_available()


def test_environment_reports():
    from mmcv.utils import collect_env

    report = collect_env()
    assert report['MMCV Compiler'].startswith('none: synpose stand-in over torchvision')
    assert report['MMCV CUDA Compiler'] == (torch.version.cuda or 'not available')
    assert mmengine.utils.dl_utils.collect_env()['PyTorch'] == torch.__version__


def test_installing_again_changes_nothing():
    before = sys.modules['mmcv._ext']
    mmcv_ops.install()
    assert sys.modules['mmcv._ext'] is before


def test_layers_can_be_pickled():
    from mmcv.ops import DeformConv2d

    layer = pickle.loads(pickle.dumps(DeformConv2d(2, 2, 3, padding=1)))
    assert layer(torch.rand(1, 2, 4, 4), torch.zeros(1, 18, 4, 4)).shape == (1, 2, 4, 4)


def test_a_compiled_extension_wins(tmp_path):
    extension = """
        def __getattr__(name):
            if name.startswith('_'):
                raise AttributeError(name)
            return f'compiled {name}'
    """
    (tmp_path / '_ext.py').write_text(textwrap.dedent(extension))
    code = 'import mmcv, sys; mmcv.__path__.append(sys.argv[1]); import synpose, mmcv._ext; print(mmcv._ext.nms)'
    done = subprocess.run([sys.executable, '-c', code, str(tmp_path)], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1:] == ['compiled nms'], done.stderr


def test_a_compiled_extension_that_does_not_load_is_replaced_with_a_warning(tmp_path, monkeypatch):
    (tmp_path / '_ext.py').write_text("raise ImportError('undefined symbol')")
    monkeypatch.setattr(mmcv, '__path__', [*mmcv.__path__, str(tmp_path)])
    monkeypatch.delitem(sys.modules, 'mmcv._ext')
    with pytest.warns(RuntimeWarning, match=r'mmcv\._ext does not load \(undefined symbol\)'):
        mmcv_ops.install()
    assert sys.modules['mmcv._ext'].nms is mmcv_ops.OPS['nms']
