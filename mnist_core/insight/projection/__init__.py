"""Layers as clouds of points in the plane: where images lie, and how classes come apart on their way."""

from mnist_core.network.architecture import LAYERS

STAGES = ("input", *LAYERS)
"""Where images are looked at: as the network is given them, and behind each layer."""
