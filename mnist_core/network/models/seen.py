"""Which images a model was trained on, told by their content: in any order, file or scale of values."""

from hashlib import blake2b
from pathlib import Path

import numpy as np
from jaxtyping import Bool, UInt64
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from mnist_core.data.dataset import Dataset, split_dataset
from mnist_core.data.sample import SAMPLE_FINGERPRINT
from mnist_core.ground.arrays import Images
from mnist_core.ground.errors import ModelError
from mnist_core.network.models.info import DataFacts

FILE_NAME = "seen.safetensors"

_N_BYTES = 6  # of a hash: one in 100,000 data sets like MNIST has an image that is taken for another
_BATCH = 2_000
_SAMPLE_SOURCE = "3e88831d69a31205"  # the 60,000 images whose held-out part, seed 0, the sample is cut from
_SAMPLE_BOUND = 50_000  # images of that shuffle which come before the held-out part

Hashes = UInt64[np.ndarray, " hashes"]
"""Of images, in their order or sorted."""


def hash_images(images: Images) -> Hashes:
    """Hash the pixels of each image as whole 255ths, which files of any scale agree on.

    Parameters
    ----------
    images : ndarray of shape (n, side, side), float32
        Ink, 0.0 to 1.0; may be memory-mapped.
    """
    digests = bytearray()
    for start in range(0, len(images), _BATCH):
        pixels = np.rint(np.asarray(images[start : start + _BATCH]) * 255).astype(np.uint8)
        digests += b"".join(blake2b(image, digest_size=_N_BYTES).digest() for image in pixels)
    return _unpack(np.frombuffer(bytes(digests), np.uint8).reshape(-1, _N_BYTES))


def find_trained(
    facts: DataFacts, seen: Hashes | None, side: int, dataset: Dataset
) -> Bool[np.ndarray, " n"] | None:
    """Find which images of a data set a model was trained on; None where that is not known.

    Parameters
    ----------
    facts : DataFacts
        What it was trained on: of that very data set its split tells.
    seen : ndarray of shape (k,), uint64, or None
        Hashes of those images; folders of earlier versions have none.
    side : int
        Of those images: of another size nothing is known.
    dataset : Dataset
        Where they are looked for, pixel by pixel.
    """
    if dataset.fingerprint == facts.fingerprint:
        is_trained = np.zeros(dataset.n_samples, dtype=bool)
        is_trained[split_dataset(dataset, facts.split_seed, facts.limit).train] = True
        return is_trained
    if seen is not None and dataset.side == side:
        return np.isin(hash_images(dataset.images), seen)
    return np.zeros(dataset.n_samples, dtype=bool) if _is_unseen_sample(facts, dataset) else None


def save_seen(seen: Hashes, folder: Path) -> None:
    """Save the hashes of the images that a model was trained on, in 6 bytes each."""
    packed = np.unique(seen).astype(">u8").view(np.uint8).reshape(-1, 8)[:, -_N_BYTES:]
    save_file({"hashes": np.ascontiguousarray(packed)}, folder / FILE_NAME)


def load_seen(folder: Path) -> Hashes | None:
    """Load what `save_seen` saved; None where nothing was.

    Raises
    ------
    ModelError
        If the file is damaged.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return None
    try:
        return _unpack(load_file(path)["hashes"].reshape(-1, _N_BYTES))
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise ModelError(
            f"{path} must hold what the model was trained on, but cannot be read ({error}): restore the "
            "folder, or delete that file, and it is no longer known."
        ) from error


def _unpack(packed: np.ndarray) -> Hashes:
    whole = np.zeros((len(packed), 8), dtype=np.uint8)
    whole[:, -_N_BYTES:] = packed
    hashes: Hashes = whole.view(">u8").ravel().astype(np.uint64)
    return hashes


def _is_unseen_sample(facts: DataFacts, dataset: Dataset) -> bool:
    is_before = facts.limit is None or facts.limit <= _SAMPLE_BOUND
    is_source = facts.fingerprint == _SAMPLE_SOURCE and facts.split_seed == 0 and is_before
    return dataset.fingerprint == SAMPLE_FINGERPRINT and is_source
