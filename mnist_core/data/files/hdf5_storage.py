"""How an HDF5 file keeps the numbers of a data set: whether it can, and band by band."""

import math
from collections.abc import Iterator

import h5py
import numpy as np

from mnist_core.data.files.limits import check_ratio
from mnist_core.data.files.sources import is_damaged
from mnist_core.ground.errors import DataFileError

_DEFLATE = h5py.h5z.FILTER_DEFLATE
_FILTERS = (
    _DEFLATE,
    h5py.h5z.FILTER_SHUFFLE,
    h5py.h5z.FILTER_FLETCHER32,
)  # all that MATLAB uses, and one more
_MOST_CHUNK_BYTES = 2**28  # HDF5 holds a whole chunk in memory
_BAND_BYTES = 2**22


def check_storage(dataset: h5py.Dataset, n_bytes: int) -> None:
    """Refuse a data set whose numbers the file cannot hold, or holds elsewhere.

    Parameters
    ----------
    dataset : Dataset
        The one that is to be read.
    n_bytes : int
        Length of the file.
    """
    settings = dataset.id.get_create_plist()
    if settings.get_layout() == h5py.h5d.VIRTUAL or settings.get_external_count():
        raise DataFileError(
            "must hold its variables itself, but keeps numbers in another file: save it in MATLAB with -v7."
        )
    filters = [settings.get_filter(number)[0] for number in range(settings.get_nfilters())]
    if not set(filters) <= set(_FILTERS) or filters.count(_DEFLATE) > 1:
        raise DataFileError(
            "must be compressed as MATLAB does it, or not at all, but uses other filters: save it in MATLAB "
            "with -v7."
        )
    needed, kept = dataset.size * dataset.dtype.itemsize, dataset.id.get_storage_size()
    if kept > n_bytes or (needed > kept and (not kept or _DEFLATE not in filters)):
        raise is_damaged(f"{needed:,} bytes of numbers of which the file holds {min(kept, n_bytes):,}")
    check_ratio(needed, kept)
    if dataset.chunks and math.prod(dataset.chunks) * dataset.dtype.itemsize > _MOST_CHUNK_BYTES:
        raise is_damaged(f"chunks of more than {_MOST_CHUNK_BYTES >> 20} MB")


def read_bands(dataset: h5py.Dataset) -> Iterator[np.ndarray]:
    """Read a data set in bands of its first axis, each chunk once."""
    if not dataset.shape or not dataset.size:
        yield np.asarray(dataset[()])
        return
    height = dataset.chunks[0] if dataset.chunks else 1
    row_bytes = dataset.size // dataset.shape[0] * dataset.dtype.itemsize
    step = height * max(1, _BAND_BYTES // (row_bytes * height))
    for begin in range(0, dataset.shape[0], step):
        yield np.asarray(dataset[begin : begin + step])
