"""Package metadata of synpose.

The wheel holds one top-level package, ``synpose``. Configs and tools travel inside it under ``synpose/.mim``, the
folder OpenMMLab packages use, so that ``synpose::demo/...`` resolves like ``mmpose::...`` after an install.
"""

import re
import shutil
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
SOURCE = ROOT / 'custom_modules'


def read_version() -> str:
    """Read ``__version__`` without importing the package."""
    text = (SOURCE / 'synpose' / 'version.py').read_text(encoding='utf-8')
    return re.search(r"__version__ = '([^']+)'", text).group(1)


class BuildWithConfigs(build_py):
    """Copy configs and tools into ``synpose/.mim`` of the built package."""

    def run(self):
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib) / 'synpose' / '.mim'
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        shutil.copy(SOURCE / 'synpose' / '.mim' / 'model-index.yml', target)
        for folder in ('configs', 'tools'):
            shutil.copytree(ROOT / folder, target / folder, ignore=shutil.ignore_patterns('__pycache__', '*.pyc'))


setup(
    name='synpose',
    version=read_version(),
    description='Train human-pose models on synthetic people and make them work on real cameras, as MMPose plugins.',
    long_description=(ROOT / 'README.md').read_text(encoding='utf-8'),
    long_description_content_type='text/markdown',
    license='Apache-2.0',
    package_dir={'': 'custom_modules'},
    packages=find_packages('custom_modules'),
    package_data={'synpose': ['py.typed', 'generation/data/*/*.yaml', 'reporting/templates/*']},
    cmdclass={'build_py': BuildWithConfigs},
    # Only what an MMPose installation does not already bring; the OpenMMLab set itself comes from the lock.
    install_requires=[
        'faster-coco-eval>=1.6',
        'jinja2>=3.1',
        'joblib>=1.4',
        'pyarrow>=18',
        'pycocotools>=2.0.7',
        'tqdm>=4.60',
    ],
    extras_require={
        'adapt': ['POT>=0.9.4', 'scipy>=1.10', 'torch-fidelity>=0.4'],
        'generate': ['anny>=0.6', 'mitsuba>=3.6', 'python-fcl>=0.7', 'pyyaml>=6.0', 'scipy>=1.10'],
        'export': ['onnx>=1.16', 'onnxruntime>=1.18', 'onnxscript>=0.1'],
        'cluster': ['dask>=2024.8', 'distributed>=2024.8', 'ray>=2.9'],
        'dev': [
            'build>=1.2',
            'mlcroissant>=1.1',
            'mypy>=1.11',
            'pre-commit>=3.8',
            'pytest>=8.2',
            'pytest-xdist>=3.6',
            'ruff>=0.8',
            'torchmetrics>=1.9',
        ],
    },
    classifiers=[
        'Development Status :: 4 - Beta',
        'Intended Audience :: Science/Research',
        'License :: OSI Approved :: Apache Software License',
        'Programming Language :: Python :: 3.10',
        'Programming Language :: Python :: 3.11',
        'Programming Language :: Python :: 3.12',
        'Programming Language :: Python :: 3.13',
        'Topic :: Scientific/Engineering :: Image Recognition',
    ],
)
