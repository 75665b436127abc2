"""Rendering a dataset folder: plans, processes, shards, resuming, the folder and its card."""
