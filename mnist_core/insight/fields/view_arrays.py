"""The kinds of array that only the views know."""

import numpy as np
from jaxtyping import Float32, Float64

DigitFields = Float32[np.ndarray, "classes units side side"]
"""A picture a class and unit; signed, 0 is no influence."""

LayerSums = dict[str, Float32[np.ndarray, "n _"]]
"""Weighted sums of the units of every layer, by its name."""

Slopes = dict[str, Float32[np.ndarray, "n _"]]
"""Slope of the activation of each unit of every hidden layer, by its name, a row an image."""

Paths = Float32[np.ndarray, "_ hidden1"]
"""Weights from each unit of hidden 1 to a unit, through whatever lies between."""

PerUnit = Float64[np.ndarray, " units"]
"""A number a unit."""

PerDigitUnit = Float64[np.ndarray, "classes units"]
"""A number a class and unit."""
