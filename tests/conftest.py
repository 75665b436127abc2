"""Every test runs with the plugins registered and the stand-ins in place."""

import signal

import pytest
from mmengine.registry import init_default_scope

import synpose  # noqa: F401


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Look names up in MMPose's registries, whatever scope a test before has left; before any fixture is made."""
    init_default_scope('mmpose')


@pytest.fixture
def _interruptible():
    """Let SIGINT raise KeyboardInterrupt, also where a shell started pytest in the background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
