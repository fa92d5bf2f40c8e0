"""Which variable holds the images, and which their labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mnist_core.dataset.origin import NONE
from mnist_core.layouts.axes import Axes, list_axes, measure_roughness
from mnist_core.layouts.found import Stack, UndecidedError
from mnist_core.layouts.labels import RawLabels, read_raw_labels
from mnist_core.layouts.names import is_images_name, is_labels_name
from mnist_core.layouts.tree import Leaf, say_shape, say_value
from mnist_core.layouts.understanding import Decision, decide
from mnist_core.variables import Cells, Opaque

_LIKELY_SIDE = 8  # of smaller pictures nobody reads a digit
_CLEAR = 0.9  # a way to read an array is the right one where it is a tenth smoother than the next


@dataclass(frozen=True, eq=False)
class Asked:
    """What the user chose for a pair, and under which names it is asked for."""

    images: str | None = None
    labels: str | None = None
    axes: str | None = None
    images_name: str = "images"
    labels_name: str = "labels"


@dataclass(frozen=True, eq=False)
class Pair:
    """Images with their labels, if there are any, and how they were found."""

    stack: Stack
    labels: RawLabels | None
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, eq=False)
class Candidate:
    """A variable that can be read as images."""

    leaf: Leaf
    array: np.ndarray
    ways: tuple[Axes, ...]


def list_candidates(leaves: Sequence[Leaf]) -> list[Candidate]:
    """List the variables that can be read as images."""
    found = []
    for leaf in leaves:
        array = leaf.value if leaf.is_number else _stack_cells(leaf.value)
        ways = list_axes(array.shape) if isinstance(array, np.ndarray) else []
        is_likely = any(way.side >= _LIKELY_SIDE for way in ways) or is_images_name(leaf.path)
        if isinstance(array, np.ndarray) and is_likely and ways and array.size:
            found.append(Candidate(leaf, array, tuple(ways)))
    return found


def find_pair(leaves: Sequence[Leaf], asked: Asked) -> Pair | None:
    """Find the images among some variables, and their labels; None where nothing can be images.

    Raises
    ------
    UndecidedError
        If more than one variable may be the images, or the labels, or they do not fit each other.
    """
    candidates = list_candidates(leaves)
    raws = [raw for leaf in leaves if (raw := read_raw_labels(leaf)) is not None]
    chosen, images_decision = _choose_images(leaves, candidates, raws, asked)
    if chosen is None:
        return None
    raws = [raw for raw in raws if raw.path != chosen.leaf.path]
    ways = [way for way in chosen.ways if asked.axes in (None, way.words)] or list(chosen.ways)
    labels, labels_decision = _choose_labels(ways, raws, asked, images_decision)
    axes, axes_decision = _choose_axes(chosen, ways, labels, asked)
    decisions = (images_decision, axes_decision, labels_decision)
    _check_counts(chosen, axes, labels, decisions)
    return Pair(Stack(chosen.leaf.path, chosen.array, axes), labels, decisions)


def explain(leaf: Leaf) -> str:
    """Explain in a sentence why a variable cannot be the images."""
    value = leaf.value
    shape = say_shape(value.shape) if isinstance(value, np.ndarray | Cells) else ""
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiub":
        if value.size == 0:
            return f"{leaf.path} needs at least one image, but is {shape}: check how the file was saved."
        return (
            f"{leaf.path} needs square images, each of side x side pixels (784 for 28 x 28), "
            f"but is {shape}: pad or reshape them."
        )
    what, cure = "text", "save the pixels as numbers"
    if isinstance(value, Opaque):
        what, cure = value.kind, "save it as a numeric matrix"
    elif isinstance(value, Cells):
        what, cure = "a cell array of other things than images of one size", "save a numeric matrix"
    elif isinstance(value, np.ndarray) and value.dtype.kind == "c":
        what, cure = "complex numbers", "save their real part or their absolute values"
    return f"{leaf.path} needs plain numbers, but holds {what}: {cure}."


def _stack_cells(value: object) -> np.ndarray | None:
    """Stack a cell array of images of one size; None where it is none."""
    if not isinstance(value, Cells) or not value.items:
        return None
    arrays = [item for item in value.items if isinstance(item, np.ndarray) and item.dtype.kind in "fiub"]
    if len(arrays) != len(value.items) or len({array.shape for array in arrays}) != 1 or arrays[0].size < 4:
        return None
    return np.stack([array.ravel() if 1 in array.shape else array for array in arrays])


def _choose_images(
    leaves: Sequence[Leaf], candidates: list[Candidate], raws: list[RawLabels], asked: Asked
) -> tuple[Candidate | None, Decision]:
    options = {one.leaf.path: f"{one.leaf.path}: {say_value(one.leaf.value)}" for one in candidates}
    name, paths = asked.images_name, list(options)
    if asked.images in options:
        reason = f"You chose {asked.images} as the images."
        return candidates[paths.index(asked.images)], decide(name, asked.images, reason, options, True)
    if asked.images is not None:
        reason = f"You chose {asked.images}, which cannot be the images."
        chosen = [leaf for leaf in leaves if leaf.path == asked.images]
        instead = f"choose one of {join_words(paths)}" if paths else "no variable of the file can"
        sentence = explain(chosen[0]) if chosen else f"There is no variable {asked.images}: {instead}."
        raise UndecidedError(sentence, [decide(name, None, reason, options)])
    ranks = [_rank(one, raws) for one in candidates]
    best = [one for one, rank in zip(candidates, ranks, strict=True) if rank == max(ranks)]
    if not best:
        return None, decide(name, None, "No variable holds square images.", options)
    if len(best) > 1:
        raise _ask_which(name, "the images", [one.leaf.path for one in best], options)
    return best[0], decide(name, best[0].leaf.path, _say_images(best[0], raws), options)


def _ask_which(
    name: str, what: str, paths: list[str], options: Mapping[str, str], before: Sequence[Decision] = ()
) -> UndecidedError:
    sentence = f"{join_words(paths)} may each hold {what}"
    ask = f"{sentence}: choose one, with --{name.replace('_', '-')} NAME."
    return UndecidedError(ask, [*before, decide(name, None, f"{sentence}.", options)])


def _rank(one: Candidate, raws: list[RawLabels]) -> tuple[bool, bool, bool]:
    has_labels = any(raw.n == way.n and raw.path != one.leaf.path for raw in raws for way in one.ways)
    is_likely = max(way.side for way in one.ways) >= _LIKELY_SIDE
    return is_likely, has_labels, is_images_name(one.leaf.path) and not is_labels_name(one.leaf.path)


def _say_images(one: Candidate, raws: list[RawLabels]) -> str:
    likely, has_labels, named = _rank(one, raws)
    why = ["its size is that of square images"] if likely else []
    why += ["another variable has a label for each"] if has_labels else []
    why += ["its name says so"] if named else []
    shape = say_shape(one.array.shape)
    return f"{one.leaf.path} ({shape}) holds the images: {join_words(why) or 'nothing else can'}."


def _choose_labels(
    ways: list[Axes], raws: list[RawLabels], asked: Asked, images: Decision
) -> tuple[RawLabels | None, Decision]:
    name, counts = asked.labels_name, {way.n for way in ways}
    fitting = [raw for raw in raws if raw.n in counts]
    options = {raw.path: f"{raw.path}: {raw.n:,} labels, {raw.words}" for raw in fitting} | {
        NONE: "no labels"
    }
    if asked.labels == NONE:
        return None, decide(name, NONE, "You chose to leave labels out.", options, True)
    if asked.labels is None:
        return _find_labels(raws, fitting, name, options, images)
    for raw in raws:
        if raw.path == asked.labels:
            return raw, decide(name, raw.path, f"You chose {raw.path} as the labels.", options, True)
    raise UndecidedError(
        f"{asked.labels} cannot be the labels: choose one of {join_words(list(options))}.",
        [images, decide(name, None, f"You chose {asked.labels}, which holds no labels.", options)],
    )


def _find_labels(
    raws: list[RawLabels], fitting: list[RawLabels], name: str, options: Mapping[str, str], images: Decision
) -> tuple[RawLabels | None, Decision]:
    named = [raw for raw in fitting if is_labels_name(raw.path)]
    likely = [raw for raw in named if raw.is_sound] or named or [raw for raw in fitting if raw.is_sound]
    if len(likely) > 1 and not _part_alike(likely):
        raise _ask_which(name, "the labels", [raw.path for raw in likely], options, [images])
    # Labels of another count are wrong, not absent.
    likely += [raw for raw in raws if is_labels_name(raw.path) and raw.n > 1]
    if not likely:
        return None, decide(name, NONE, f"No variable has a label for each image of {images.value}.", options)
    raw = likely[0]
    why = "its name says so" if is_labels_name(raw.path) else "nothing else has one for each image"
    return raw, decide(name, raw.path, f"{raw.path} holds the labels, {raw.words}: {why}.", options)


def _part_alike(raws: list[RawLabels]) -> bool:
    """Whether labels part the images in the same way, whatever they are called."""
    parts = [_number_classes(raw.values) for raw in raws]
    return all(np.array_equal(part, parts[0]) for part in parts)


def _number_classes(values: np.ndarray) -> np.ndarray:
    """Give the classes numbers in the order in which they come."""
    _, firsts, inverse = np.unique(values, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(firsts))[inverse]


def _choose_axes(
    chosen: Candidate, ways: list[Axes], labels: RawLabels | None, asked: Asked
) -> tuple[Axes, Decision]:
    options = {way.words: f"{way.words}: {way.n:,} images of {way.side} x {way.side}" for way in chosen.ways}
    is_asked = ways[0].words == asked.axes
    fitting = [way for way in ways if labels is None or way.n == labels.n] or ways
    why = "you chose so" if is_asked else "that fits its shape"
    if len(fitting) < len(ways):
        why = "that fits the number of labels"
    best = fitting[0]
    if len(fitting) > 1:
        rough = [measure_roughness(chosen.array, way) for way in fitting]
        best, (smooth, next_smooth, *_) = fitting[int(np.argmin(rough))], sorted(rough)
        is_clear = smooth < _CLEAR * next_smooth
        why = (
            "so neighbouring pixels are alike" if is_clear else "it fits as well as other ways: look at them"
        )
    reason = (
        f"The axes of {chosen.leaf.path} are {best.words}, {options[best.words].partition(': ')[2]}: {why}."
    )
    return best, decide("axes", best.words, reason, options, is_asked)


def _check_counts(
    chosen: Candidate, axes: Axes, labels: RawLabels | None, decisions: Sequence[Decision]
) -> None:
    if labels is not None and labels.n != axes.n:
        raise UndecidedError(
            f"{chosen.leaf.path} needs one label an image, but has {axes.n:,} images and {labels.path} "
            f"{labels.n:,} labels: save both from the same set.",
            decisions,
        )


def join_words(words: list[str]) -> str:
    """Join words as a sentence does; empty where there are none."""
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + (f" and {words[-1]}" if words else "")
