"""synpose."""
