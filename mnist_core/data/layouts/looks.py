"""What is odd about the images of a file: copies of one another, blank ones."""

import zlib

import numpy as np

from mnist_core.ground.arrays import Image, Images, Indices, Labels, Part

_PIECE = 512
_MOST_EXAMPLES = 100
_MOST_PAIRS = 5  # of classes that a sentence lists
_INK = 0.2  # a pixel that is brighter has ink
_LEAST_SHARE = 0.005  # of the pixels of an image that have ink; the thinnest 1 has more


def describe_looks(
    images: Images, test_part: Indices | None, labels: Labels | None, class_names: tuple[str, ...]
) -> tuple[str, ...]:
    """Say how many images are blank, or copies of others, also with another label or of another part."""
    blanks, (copies, originals) = find_blanks(images), find_copies(images)
    sentences = []
    if len(blanks):
        first = f"the first is number {blanks[0] + 1:,}"
        sentences.append(f"{_count(len(blanks))} blank or nearly so; {first}.")
    if len(copies):
        first = f"the first is number {copies[0] + 1:,}, a copy of number {originals[0] + 1:,}"
        sentences.append(f"{_count(len(copies))} the same as an earlier one; {first}.")
    if labels is not None:
        sentences += _describe_torn(labels, copies, originals, class_names)
    if test_part is not None:
        n_seen = int((np.isin(copies, test_part) & ~np.isin(originals, test_part)).sum())
        if n_seen:
            sentences.append(
                f"Of the file's own test images, {n_seen:,} are also among its training images: measured on "
                "them, a network seems better than it is."
            )
    return tuple(sentences)


def _describe_torn(labels: Labels, copies: Part, originals: Part, class_names: tuple[str, ...]) -> list[str]:
    """Say how many copies have another label than what they are copies of, and which classes these are."""
    is_torn = labels[copies] != labels[originals]
    if not is_torn.any():
        return []
    pairs = np.stack([labels[copies[is_torn]], labels[originals[is_torn]]], axis=1)
    different, counts = np.unique(np.sort(pairs, axis=1), axis=0, return_counts=True)
    most = np.argsort(-counts, kind="stable")[:_MOST_PAIRS]
    words = [
        f"{class_names[a]} and {class_names[b]} ({counts[one]:,})"
        for one in most
        for a, b in [different[one]]
    ]
    more = f" and {len(different) - len(most)} more pairs" if len(different) > len(most) else ""
    n, have = int(is_torn.sum()), "has" if is_torn.sum() == 1 else "have"
    return [
        f"Of these copies {n:,} {have} another label than the image that they equal, of the classes "
        f"{', '.join(words)}{more}: no network can learn to tell them apart."
    ]


def choose_examples(images: Images, values: np.ndarray) -> dict[str, Image]:
    """Choose an image of each different label, the first that has it; of very many labels the first few."""
    different, firsts = np.unique(values, return_index=True)
    chosen = zip(different[:_MOST_EXAMPLES], firsts[:_MOST_EXAMPLES], strict=True)
    return {str(value): images[place].copy() for value, place in chosen}


def find_blanks(images: Images) -> Part:
    """Find the images without ink, or nearly so."""
    least = max(1, round(_LEAST_SHARE * images[0].size))
    pieces = [images[start : start + _PIECE] for start in range(0, len(images), _PIECE)]
    n_inked = [np.count_nonzero(piece > _INK, axis=(1, 2)) for piece in pieces]
    return np.flatnonzero(np.concatenate(n_inked) < least).astype(np.int64)


def find_copies(images: Images) -> tuple[Part, Part]:
    """Find the images that equal an earlier one, and of each the first that it equals."""
    sums = np.array([zlib.crc32(image) for image in images])
    _, firsts, inverse = np.unique(sums, return_index=True, return_inverse=True)
    originals = firsts[inverse]
    alike = np.flatnonzero(originals != np.arange(len(images)))
    # Two different images may have one sum.
    same = [place for place in alike if np.array_equal(images[place], images[originals[place]])]
    copies = np.array(same, dtype=np.int64)
    return copies, originals[copies].astype(np.int64)


def _count(n: int) -> str:
    return "1 image is" if n == 1 else f"{n:,} images are"
