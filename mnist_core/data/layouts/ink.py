"""Ink bright on dark: which images have it the other way round, all of them or some."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float32

from mnist_core.data.layouts.understanding import Decision, decide
from mnist_core.data.orientation import recognise_orientation
from mnist_core.ground.arrays import Images

SomeImages = Float32[np.ndarray, "some side side"]
"""A few of the images."""

_INKS = {
    "bright": "bright ink on dark paper",
    "dark": "dark ink on bright paper, to be inverted",
    "each": "some of either, each image settled by itself",
}
_SAMPLE = 500  # images that tell how bright paper and ink are
_PIECE = 512
_LOW, _HIGH = 0.35, 0.65  # of the way from an image's least to its greatest value: paper is below or above
_MOST_UNCLEAR = 0.1  # of the images, where polarity differs from one to the next
_LEAST_SHARE = 0.05  # of the images that lie the other way round: fewer are odd ones
_LEAST_GAIN = 0.1  # of the images that look like digits once each is settled by itself


def turn_ink(images: Images, choice: str | None) -> tuple[Images, Decision, tuple[str, ...]]:
    """Make ink bright on dark, in place; dark ink on bright paper is recognised by the images' edges.

    Where it differs from image to image, each is settled by itself, if more of them are then read as digits.

    Returns
    -------
    ndarray of shape (n, side, side), float32
        The images.
    Decision
        `ink`.
    tuple of str
        What the user should know.
    """
    sample = choose_sample(images)
    edge, middle = find_paper(sample), float(np.median(sample))
    ink = choice if choice in _INKS else "dark" if edge > 0.5 and middle > 0.5 else "bright"
    why = f"the edges of the images are at {edge:.2f} of the way from least to greatest"
    gain = _find_gain(sample) if choice is None else None
    if gain is not None:
        ink, why = "each", gain
    reason = f"Images are taken as {_INKS[ink]}: {'it was said so' if choice else why}."
    decision = decide("ink", ink, reason, _INKS, choice is not None)
    if ink == "bright":
        return images, decision, ()
    if ink == "each":
        n_dark = sum(_settle(piece) for piece in _cut(images))
        verb = "1 image was" if n_dark == 1 else f"{n_dark:,} images were"
        return images, decision, (f"Ink was dark on bright paper in some images: {verb} inverted.",)
    np.subtract(np.float32(1), images, out=images)
    return images, decision, ("Ink was dark on bright paper; the images were inverted.",)


def choose_sample(images: Images) -> SomeImages:
    """Choose a few images, evenly spaced."""
    chosen = np.linspace(0, len(images) - 1, min(len(images), _SAMPLE)).astype(np.int64)
    return images[chosen]


def find_paper(images: SomeImages) -> float:
    """Find the value of the paper: the middle one of the outermost pixels."""
    return float(np.median(_take_edges(images)))


def _take_edges(images: SomeImages) -> np.ndarray:
    sides = [images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]]
    return np.concatenate(sides, axis=1)


def _find_gain(sample: SomeImages) -> str | None:
    """Say what speaks for settling each image by itself; None where polarity is one for all."""
    is_dark, is_clear = _find_dark(sample)
    share = float(is_dark.mean())
    if is_clear.mean() < 1 - _MOST_UNCLEAR or not _LEAST_SHARE <= share <= 1 - _LEAST_SHARE:
        return None
    settled = sample.copy()
    _settle(settled)
    before, after = (recognise_orientation(one, None).digits_share for one in (sample, settled))
    if after < before + _LEAST_GAIN:
        return None
    return (
        f"the edges of {share:.0%} of {len(sample)} images are bright, of the others dark, and so "
        f"{after:.0%} look like digits, else {before:.0%}"
    )


def _find_dark(images: SomeImages) -> tuple[np.ndarray, np.ndarray]:
    """Find the images with dark ink on bright paper, and those of which it is clear."""
    least = images.min(axis=(1, 2))
    spread = np.maximum(images.max(axis=(1, 2)) - least, 1e-9)
    edges = (np.median(_take_edges(images), axis=1) - least) / spread
    middles = (np.median(images, axis=(1, 2)) - least) / spread
    is_dark = (edges > 0.5) & (middles > 0.5)
    is_clear = ((edges > _HIGH) & (middles > _HIGH)) | ((edges < _LOW) & (middles < _LOW))
    return is_dark, is_clear


def _settle(images: SomeImages) -> int:
    """Invert the images with dark ink, in place, each within its own values; return how many."""
    is_dark = _find_dark(images)[0]
    dark = images[is_dark]
    images[is_dark] = dark.min(axis=(1, 2), keepdims=True) + dark.max(axis=(1, 2), keepdims=True) - dark
    return int(is_dark.sum())


def _cut(images: Images) -> Iterator[SomeImages]:
    for start in range(0, len(images), _PIECE):
        yield images[start : start + _PIECE]
