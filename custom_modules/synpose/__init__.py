"""synpose: train human-pose models on synthetic people and make them work on real cameras, as MMPose plugins.

``import synpose`` (or ``custom_imports = dict(imports=['synpose'])`` in a config) registers every plugin in MMPose's
registries and makes ``synpose::...`` configs resolvable.
"""

from mmengine.config.utils import MODULE2PACKAGE

from .compat import install

# The stand-ins must be in place before anything imports mmpose.models or mmpose.datasets.
install()

from . import codecs, datasets, engine, evaluation, models  # noqa: E402
from .version import __version__  # noqa: E402

# MMEngine resolves `scope::config` only for the packages of this table.
MODULE2PACKAGE.setdefault('synpose', 'synpose')

__all__ = ['__version__', 'codecs', 'datasets', 'engine', 'evaluation', 'models']
