"""Every test runs with the plugins registered and the stand-ins in place."""

import synpose  # noqa: F401
