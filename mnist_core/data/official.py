"""MNIST's official test images, told by their content: from any file, whatever it is called."""

import struct
from hashlib import md5

import numpy as np

from mnist_core.data.dataset import Dataset
from mnist_core.ground.arrays import Images, Labels

# Of t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte as they lie in the .gz files of their makers: SecML's
# CDataLoaderMNIST has the same, and many others.
_HASHES = ("2646ac647ad5339dbf082846283269ea", "27ae3e4e09519cfbb04c329615203637")
_N, _SIDE = 10_000, 28
_IMAGES_MAGIC, _LABELS_MAGIC = 0x803, 0x801  # of IDX: unsigned bytes, three axes and one


def is_official_test(dataset: Dataset, hashes: tuple[str, str] = _HASHES) -> bool:
    """Tell whether a data set is MNIST's official test, image by image in the order of its makers.

    Parameters
    ----------
    dataset : Dataset
        Any.
    hashes : tuple of str
        MD5 of the makers' two files.
    """
    if not dataset.is_labelled or (dataset.n_samples, dataset.side) != (_N, _SIDE):
        return False
    return (_hash_images(np.asarray(dataset.images)), _hash_labels(dataset.labels)) == hashes


def _hash_images(images: Images) -> str:
    head = struct.pack(">4I", _IMAGES_MAGIC, *images.shape)
    return _hash(head + np.rint(images * 255).astype(np.uint8).tobytes())


def _hash_labels(labels: Labels) -> str:
    return _hash(struct.pack(">2I", _LABELS_MAGIC, len(labels)) + labels.astype(np.uint8).tobytes())


def _hash(content: bytes) -> str:
    return md5(content, usedforsecurity=False).hexdigest()
