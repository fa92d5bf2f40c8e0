"""What SciPy made of text and sparse matrices to parts of a tree."""

import math
from typing import Any

import numpy as np

from mnist_core.matfile.parcel import Packer, Tree


def to_text(rows: np.ndarray) -> Tree:
    """Make a tree of text: of one row a `text`, of several `rows`."""
    lines = [str(row) for row in rows.ravel()]
    return {"text": "".join(lines)} if len(lines) < 2 else {"rows": lines}


def pack_sparse(matrix: Any, packer: Packer) -> Tree:
    """Add a sparse matrix of SciPy's as a full one, if there is room and its indices are sound."""
    packer.check_room(math.prod(map(int, matrix.shape)) * matrix.dtype.itemsize)
    compressed = matrix.tocsc()
    compressed.check_format(full_check=True)
    return packer.add(np.asarray(compressed.toarray()))
