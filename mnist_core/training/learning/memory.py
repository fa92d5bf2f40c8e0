"""What a learning copy is reminded of, and what it is examined on: never the same images."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mnist_core.data.dataset import DIGITS, Dataset, split_dataset
from mnist_core.data.kept import open_dataset
from mnist_core.data.layouts import read_or_sample
from mnist_core.data.sample import SAMPLE_FINGERPRINT
from mnist_core.ground.arrays import Images, Labels
from mnist_core.ground.errors import CorrectionError, DataError
from mnist_core.network.models import Model
from mnist_core.network.models.seen import hash_images
from mnist_core.pens import SIDE
from mnist_core.training.robust.pen import Pens, draw_pens, read_pens
from mnist_core.training.robust.pool import Bytes, to_bytes

MEMORY_PATH = Path(__file__).resolve().parent / "builtin" / "memory.npz"

_N_IMAGES = 5_000  # of the training images: with 2,000 it forgets twice as much
_N_PENS = 1_500
_SEED = 0


@dataclass(frozen=True, eq=False)
class Memory:
    """Images that the model was trained on, or the like.

    Attributes
    ----------
    images : ndarray of shape (n, side, side), uint8
        Ink, 0 to 255.
    labels : ndarray of shape (n,), int64
        The digits.
    """

    images: Bytes
    labels: Labels


@dataclass(frozen=True, eq=False)
class Exam:
    """Images that neither the model nor its copy was trained on.

    Attributes
    ----------
    images : ndarray of shape (n, side, side), float32
        Ink, 0.0 to 1.0.
    labels : ndarray of shape (n,), int64
        The digits.
    words : str
        Which they are, as the end of a sentence.
    """

    images: Images
    labels: Labels
    words: str


def open_memory(model: Model, datasets_folder: Path) -> tuple[Memory, Exam]:
    """Find what a model was trained on, and what was held out.

    Its own data set where that is kept, else, for models of MNIST, what the lab ships.

    Parameters
    ----------
    model : Model
        The one that is to learn.
    datasets_folder : Path
        Where data sets are kept.

    Raises
    ------
    CorrectionError
        If the model reads no drawn digits, or its data set is neither kept nor shipped.
    """
    info = model.info
    if info.side != SIDE or info.class_names != DIGITS:
        raise CorrectionError(
            f"Learning needs a model of the ten digits in {SIDE} x {SIDE} pixels, but {model.name} reads "
            f"{info.n_classes} classes in {info.side} x {info.side}: choose another model."
        )
    try:
        return _open_own(model, open_dataset(info.data.fingerprint, datasets_folder))
    except DataError:
        return _open_shipped(model)


def remember(images: Bytes, labels: Labels, pens: Pens, seed: int = _SEED) -> Memory:
    """Mix training images with pen digits of other hands, in the shares that learning needs.

    Parameters
    ----------
    images : ndarray of shape (n, side, side), uint8
        Training images; at most 5,000 are taken.
    labels : ndarray of shape (n,), int64
        Their digits.
    pens : Pens
        At most 1,500 are taken.
    seed : int
        Seed of the choice.
    """
    rng = np.random.default_rng(seed)
    some = _choose(len(labels), _N_IMAGES, rng)
    hands = pens.choose(_choose(len(pens), _N_PENS, rng))
    return Memory(
        np.concatenate([images[some], to_bytes(draw_pens(hands))]),
        np.concatenate([labels[some], hands.labels]),
    )


def read_shipped() -> tuple[Bytes, Labels]:
    """Read the training images of MNIST that the lab ships, and their digits."""
    with np.load(MEMORY_PATH) as arrays:
        return arrays["images"], arrays["labels"].astype(np.int64)


def _open_own(model: Model, dataset: Dataset) -> tuple[Memory, Exam]:
    facts = model.info.data
    split = split_dataset(dataset, facts.split_seed, facts.limit)
    some = split.train[_choose(len(split.train), _N_IMAGES, np.random.default_rng(_SEED))]
    memory = remember(to_bytes(dataset.images[some]), dataset.labels[some], read_pens())
    words = f"the {len(split.test):,} held-out images of {dataset.name}"
    return memory, Exam(dataset.images[split.test], dataset.labels[split.test], words)


def _open_shipped(model: Model) -> tuple[Memory, Exam]:
    sample = read_or_sample()
    is_sample = model.info.data.fingerprint == SAMPLE_FINGERPRINT
    if is_sample:
        return _open_own(model, sample)
    is_trained, (images, labels) = model.find_trained(sample), read_shipped()
    if model.info.imported is None and (is_trained is None or is_trained.any() or not _knows(model, images)):
        raise CorrectionError(
            f"{model.name} was trained on {model.info.data.name}, which is not kept here, and would forget "
            "it: open that file on the Data page first."
        )
    held_out = "held-out images" if model.info.imported is None else "images"
    words = f"the {sample.n_samples:,} {held_out} of the built-in sample"
    return remember(images, labels, read_pens()), Exam(sample.images, sample.labels, words)


def _knows(model: Model, images: Bytes) -> bool:
    """Say whether a model was trained on any of the images; of one without hashes its split has told it."""
    return model.seen is None or bool(np.isin(hash_images(images / np.float32(255)), model.seen).any())


def _choose(n: int, most: int, rng: np.random.Generator) -> np.ndarray:
    return np.sort(rng.permutation(n)[:most])
