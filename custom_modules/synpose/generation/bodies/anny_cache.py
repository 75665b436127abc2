"""Loads the anny body model so that several processes may do so at once, also the very first time."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mmengine.logging import print_log


@contextmanager
def _private_cache(cache: Path) -> Iterator[Path]:
    """Let anny read finished models of ``cache`` and write new ones elsewhere, moved in when they are complete.

    anny writes large files in place, so two processes (or a killed one) could leave a broken cache behind. A lock makes
    the second process wait for the first one's result.
    """
    cache.mkdir(parents=True, exist_ok=True)
    with open(cache / '.lock', 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        scratch = cache / '.build'
        shutil.rmtree(scratch, ignore_errors=True)  # what a killed process may have left
        scratch.mkdir()
        for path in cache.glob('v*/build_compact_model_data_*.safetensors'):
            (scratch / path.parent.name).mkdir(exist_ok=True)
            (scratch / path.parent.name / path.name).symlink_to(path.resolve())
        yield scratch
        # The intermediate results are ten times larger and never read again, so they go with the folder.
        for path in scratch.glob('v*/build_compact_model_data_*.safetensors'):
            if not path.is_symlink():
                (cache / path.parent.name).mkdir(exist_ok=True)
                os.replace(path, cache / path.parent.name / path.name)
        shutil.rmtree(scratch)


def load_anny() -> Any:
    """Load anny's default rig and topology with all phenotypes (no network; the first ever call builds a cache).

    The cache is ``$ANNY_CACHE_DIR``, or ``~/.cache/anny``.

    Raises:
        ImportError: If anny is not installed (``pip install synpose[generate]``).
    """
    import anny
    from anny.paths import get_anny_cache_path, set_anny_cache_path

    cache = Path(get_anny_cache_path())
    try:
        with _private_cache(cache) as scratch:
            if not any(scratch.iterdir()):
                print_log(f'preparing the body model in {cache}: about a minute, once on this machine', 'current')
            set_anny_cache_path(scratch)
            # Dense skinning needs no kernel compiled at first use; the skinning itself is done here, in numpy.
            return anny.Anny(phenotypes='all', skinning_method='lbs')
    finally:
        set_anny_cache_path(cache)
