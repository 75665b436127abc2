import synpose  # noqa: F401 - its stand-ins must be in place before a test module imports mmcv.ops
