"""The cross-validated search over a grid, by either of two engines.

This file imports nothing, as worker processes pass by it on the way to their rounds.
"""
