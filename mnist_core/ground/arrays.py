"""The kinds of array that travel between the rooms, each named once."""

import numpy as np
from jaxtyping import Float32, Float64, Int64

Images = Float32[np.ndarray, "n side side"]
"""Digit images, upright, 0.0 (paper) to 1.0 (full ink)."""

Image = Float32[np.ndarray, "side side"]
"""One digit image, upright, 0.0 (paper) to 1.0 (full ink)."""

Inputs = Float32[np.ndarray, "n ..."]
"""What networks read: images, or their pixels (or any other numbers) as columns."""

Columns = Float32[np.ndarray, "n pixels"]
"""Images with their pixels as columns."""

Labels = Int64[np.ndarray, " n"]
"""The digit of each image."""

Indices = Int64[np.ndarray, " k"]
"""Positions in a data set."""

Part = Int64[np.ndarray, " _"]
"""Positions in a data set, as many as they are."""

Probabilities = Float32[np.ndarray, "n classes"]
"""Softmax outputs, a row an image, each row summing to 1."""

Logits = Float32[np.ndarray, "n classes"]
"""What softmax turns into probabilities, a row an image."""

Activations = Float32[np.ndarray, "n units"]
"""Values of the units of a layer, a row an image."""

Fields = Float32[np.ndarray, "units side side"]
"""Receptive fields, a picture a unit; signed, 0 is no influence."""

Fidelities = Float64[np.ndarray, " units"]
"""R2 of each unit's linear picture; 1 is exact, 0 no better than a constant."""

Confusion = Int64[np.ndarray, "classes classes"]
"""Counts of images: rows are true digits, columns are guesses."""
