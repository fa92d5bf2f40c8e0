"""Layers as clouds of points in the plane: where images lie, and how classes come apart on their way."""
