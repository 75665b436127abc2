"""Stand-ins for packages that cannot be installed everywhere, used only where the real one cannot be imported."""


def install() -> None:
    """Put the stand-ins that are needed in place, for ``mmcv._ext`` and ``xtcocotools``, before MMPose is imported."""
    from . import coco_eval, mmcv_ops

    mmcv_ops.install()
    coco_eval.install()
