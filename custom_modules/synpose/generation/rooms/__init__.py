"""Rooms: plans as data, furniture, finishes, and who sits where."""
