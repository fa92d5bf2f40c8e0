"""Pack the pen digits' strokes JSON into the compact file that the lab ships.

`python -m mnist_core.training.robust.builtin.pack_pens pen_digits.json`
"""

import json
import sys
from pathlib import Path

import numpy as np

from mnist_core.training.robust.pen import PENS_PATH


def pack_pens(source: Path, target: Path) -> None:
    """Write strokes with labels and writers as compressed arrays.

    Parameters
    ----------
    source : Path
        A list of `{"label", "writer", "strokes": [[[x, y], ...], ...]}` with whole coordinates.
    target : Path
        The arrays, as `read_pens` reads them: each point is kept as its step from the one before.
    """
    digits = json.loads(source.read_text(encoding="utf-8"))
    strokes = [np.array(stroke, dtype=np.int16) for digit in digits for stroke in digit["strokes"]]
    np.savez_compressed(
        target,
        labels=np.array([digit["label"] for digit in digits], dtype=np.uint8),
        writers=np.array([digit["writer"] for digit in digits], dtype=np.uint8),
        n_strokes=np.array([len(digit["strokes"]) for digit in digits], dtype=np.uint8),
        n_points=np.array([len(stroke) for stroke in strokes], dtype=np.uint16),
        steps=np.concatenate([np.diff(stroke, axis=0, prepend=np.int16(0)) for stroke in strokes]),
    )


if __name__ == "__main__":
    pack_pens(Path(sys.argv[1]), PENS_PATH)
