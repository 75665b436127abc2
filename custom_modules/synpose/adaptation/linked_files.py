"""Files of one dataset folder that another shows too, without a second copy on the disk."""

import logging
import os
import shutil
from pathlib import Path

from mmengine.logging import print_log

from synpose.files import atomic_path


def link_file(source: str | os.PathLike, target: str | os.PathLike) -> str:
    """Make ``target`` the same file as ``source``; a target that exists stays as it is.

    A hard link where the file system can; else a symbolic link relative to the target's folder, so that the folders can
    move together; else a copy, with a warning.

    Args:
        source: An existing file.
        target: Where it should be seen as well. Its folder is created.

    Returns:
        ``'hard link'``, ``'symbolic link'``, ``'copy'``, or ``'there'`` for a target that existed.

    Raises:
        FileNotFoundError: If there is no source.
        OSError: If not even a copy can be written.
    """
    source, target = Path(os.path.realpath(source)), Path(target)
    if not source.is_file():
        raise FileNotFoundError(f'{source} does not exist')
    if target.is_file():
        return 'there'
    target.unlink(missing_ok=True)  # a symbolic link to nowhere
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
        return 'hard link'
    except OSError:  # another file system, or one without hard links
        pass
    try:
        target.symlink_to(os.path.relpath(source, os.path.realpath(target.parent)))
        return 'symbolic link'
    except OSError:
        pass
    with atomic_path(target) as temporary:
        shutil.copyfile(source, temporary)
    print_log(f'{target}: copied, since links cannot be made here', 'current', logging.WARNING)
    return 'copy'
