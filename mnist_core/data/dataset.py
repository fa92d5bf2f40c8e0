"""A set of digit images with their labels, and how it is split, kept, and come by."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from jaxtyping import Int64

from mnist_core.data.origin import Choices, Origin
from mnist_core.data.splits import Split, check_inner_split, split_dataset, split_inner, split_labels
from mnist_core.ground.arrays import Images, Indices, Inputs, Labels
from mnist_core.ground.errors import DataError

__all__ = ["DIGITS", "Choices", "Dataset", "Origin", "Split", "check_inner_split", "compute_fingerprint"]
__all__ += ["digest_images", "make_dataset", "split_dataset", "split_inner", "split_labels"]

DIGITS = tuple("0123456789")
"""The names of the usual classes."""

Digest: TypeAlias = Any  # of hashlib, whose class has no public name


@dataclass(frozen=True, eq=False)
class Dataset:
    """Digit images with their labels, if they are known.

    Attributes
    ----------
    name : str
        What the user calls it, such as the file's name.
    images : ndarray of shape (n, side, side), float32
        Upright, 0.0 (paper) to 1.0 (full ink).
    known_labels : ndarray of shape (n,), int64, or None
        The class of each image, a position in `class_names`; None where the file has no labels. What
        needs labels reads `labels`.
    fingerprint : str
        Of images, labels and their order, and of classes other than the digits, an own test part and
        writers that are kept apart; equal data, equal fingerprint.
    origin : Origin
        What was understood of the file.
    class_names : tuple of str
        What the classes are called; the ten digits as a rule.
    test_part : ndarray of shape (k,), int64, or None
        Positions of the file's own test images; None where it has none.
    writers : ndarray of shape (n,), int64, or None
        Who wrote each image, where the file names them.
    keeps_writers_apart : bool
        Whether splits keep writers apart.
    """

    name: str
    images: Images
    known_labels: Labels | None
    fingerprint: str
    origin: Origin
    class_names: tuple[str, ...] = DIGITS
    test_part: Int64[np.ndarray, " own_test"] | None = None
    writers: Labels | None = None
    keeps_writers_apart: bool = False

    @property
    def labels(self) -> Labels:
        """Return the class of each image, a position in `class_names`; shape (n,), int64.

        Raises
        ------
        DataError
            If the data set has no labels.
        """
        if self.known_labels is None:
            raise DataError(
                f"{self.name} has no labels: its images can be viewed and read, but not trained on or "
                "measured; open a file that holds the digit of each image."
            )
        return self.known_labels

    @property
    def is_labelled(self) -> bool:
        """Whether the class of each image is known."""
        return self.known_labels is not None

    @property
    def n_samples(self) -> int:
        """Count the images."""
        return len(self.images)

    @property
    def side(self) -> int:
        """Return the pixels along an edge of an image."""
        return int(self.images.shape[1])

    @property
    def n_classes(self) -> int:
        """Count the classes, also those without images."""
        return len(self.class_names)

    @property
    def class_counts(self) -> Int64[np.ndarray, " classes"]:
        """Count the images of each class; zeros where there are no labels."""
        labels = np.zeros(0, np.int64) if self.known_labels is None else self.known_labels
        return np.bincount(labels, minlength=self.n_classes).astype(np.int64)

    def name_class(self, place: int) -> str:
        """Return the name of an image's class; a question mark where it is not known."""
        return "?" if self.known_labels is None else self.class_names[self.known_labels[place]]


def make_dataset(
    name: str,
    images: Images,
    labels: Labels | None,
    origin: Origin,
    *,
    class_names: tuple[str, ...] = DIGITS,
    test_part: Indices | None = None,
    writers: Labels | None = None,
    keeps_writers_apart: bool = False,
    digest: Digest | None = None,
) -> Dataset:
    """Make a data set and compute its fingerprint.

    The parameters are the attributes of `Dataset`, and the digest of the images where it was computed before.
    """
    more: dict[str, object] = {}
    if class_names != DIGITS:
        more["class_names"] = class_names
    if test_part is not None:
        more["test_part"] = test_part.tolist()
    if keeps_writers_apart and writers is not None:
        more["writers"] = writers.tolist()
    fingerprint = finish_fingerprint(digest or digest_images(images), labels, more)
    return Dataset(
        name, images, labels, fingerprint, origin, class_names, test_part, writers, keeps_writers_apart
    )


def compute_fingerprint(images: Inputs, labels: Labels) -> str:
    """Compute the fingerprint of images and labels: 16 hexadecimal digits of a SHA-256."""
    return finish_fingerprint(digest_images(images), labels)


def digest_images(images: Inputs) -> Digest:
    """Compute the part of a fingerprint that takes time."""
    digest = hashlib.sha256(str(images.shape).encode())
    digest.update(np.ascontiguousarray(images).data)
    return digest


def finish_fingerprint(
    digest: Digest, labels: Labels | None, more: Mapping[str, object] | None = None
) -> str:
    """Compute a fingerprint from the images' digest, their labels, and what else makes it other data."""
    digest = digest.copy()
    if labels is not None:
        digest.update(np.ascontiguousarray(labels).data)
    if more:
        digest.update(repr(sorted(more.items())).encode())
    return str(digest.hexdigest()[:16])
