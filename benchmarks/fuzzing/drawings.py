"""Files of drawings: strokes that run through the ink of digits."""

import json

import numpy as np


def make_drawings(images: np.ndarray, labels: np.ndarray) -> dict[str, bytes]:
    """Make files of drawings with labels and writers, and with neither.

    Parameters
    ----------
    images : ndarray of shape (n, side, side), float32
        From 0 to 1.
    labels : ndarray of shape (n,), int64
        The digits.
    """
    strokes = [[np.argwhere(image > 0.5)[::4, ::-1].tolist()] for image in images]
    told = [
        {"label": int(label), "writer": f"writer {place % 7}", "strokes": drawn}
        for place, (label, drawn) in enumerate(zip(labels, strokes, strict=True))
    ]
    return {
        "told": json.dumps(told).encode(),
        "untold, indented": json.dumps([{"strokes": drawn} for drawn in strokes], indent=1).encode(),
    }
