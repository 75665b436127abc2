"""LTSH's crowds over photos: people on open ground, photos and their annotations."""
