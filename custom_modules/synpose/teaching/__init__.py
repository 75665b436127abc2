"""Choosing what to train on: policies over groups of samples, and the losses they look at. No samplers, no hooks."""
