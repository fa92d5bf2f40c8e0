"""Which variable holds the images, and which their labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mnist_core.data.layouts.axes import Axes, measure_roughness
from mnist_core.data.layouts.candidates import LIKELY_SIDE, Candidate, find_doubt
from mnist_core.data.layouts.found import ImageStack, UndecidedError
from mnist_core.data.layouts.labels import RawLabels, read_raw_labels
from mnist_core.data.layouts.masked import join_masked
from mnist_core.data.layouts.tree import Leaf, join_words, say_shape
from mnist_core.data.layouts.understanding import Decision, decide
from mnist_core.data.layouts.variable_names import find_role, is_images_name, is_labels_name
from mnist_core.data.origin import NONE

_CLEAR = 0.9  # a way to read an array is the right one where it is a tenth smoother than the next


@dataclass(frozen=True, eq=False)
class Pools:
    """The variables among which a pair is looked for.

    Attributes
    ----------
    images : sequence of Candidate
        Those that the images are taken from by the rules.
    labels : sequence of RawLabels
        Those that the labels are taken from by the rules.
    all_images, all_labels : sequence
        Those that the user may choose from.
    """

    images: Sequence[Candidate]
    labels: Sequence[RawLabels]
    all_images: Sequence[Candidate]
    all_labels: Sequence[RawLabels]


@dataclass(frozen=True)
class Asked:
    """What the user chose for a pair, the names of these decisions, and whether images need no proof."""

    images: str | None = None
    labels: str | None = None
    axes: str | None = None
    size: str | None = None
    is_told: bool = False
    images_name: str = "images"
    labels_name: str = "labels"


@dataclass(frozen=True, eq=False)
class Pair:
    """Images with their labels, if there are any, and how they were found."""

    stack: ImageStack
    labels: RawLabels | None
    decisions: tuple[Decision, ...]


def list_labels(leaves: Sequence[Leaf]) -> list[RawLabels]:
    """List the variables that can be read as labels."""
    return join_masked([raw for leaf in leaves if (raw := read_raw_labels(leaf)) is not None])


def find_pair(pools: Pools, asked: Asked) -> Pair:
    """Find the images among some variables, at least one of which can be images, and their labels.

    Raises
    ------
    UndecidedError
        If more than one variable may be the images, or the labels, or they do not fit each other.
    """
    chosen, images = _choose_images(pools, asked)
    ways = [way for way in chosen.ways if asked.axes in (None, way.words) and asked.size in (None, way.size)]
    if not ways:
        raise _refuse_axes(chosen, asked, images)
    labels, decision = _choose_labels(chosen, ways, pools, asked, images)
    axes, axes_decisions = _choose_axes(chosen, ways, labels, asked)
    decisions = (images, *axes_decisions, decision)
    if not asked.is_told and not images.is_chosen and asked.size is None:
        _check_pictures(chosen, axes, images)
    if labels is not None and labels.n != axes.n:
        raise UndecidedError(
            f"{chosen.path} needs one label an image, but has {axes.n:,} images and {labels.path} "
            f"{labels.n:,} labels: save both from the same set.",
            decisions,
        )
    return Pair(ImageStack(chosen.path, chosen.array, axes, chosen.is_uneven), labels, decisions)


def _check_pictures(chosen: Candidate, axes: Axes, images: Decision) -> None:
    """Ask whether a variable holds images at all, where it is one picture alone, or may be a table."""
    option = f"--{images.name.replace('_', '-')} {chosen.path}"
    ask = decide(images.name, None, "", {option.value: option.words for option in images.options})
    if axes.is_one_picture:
        sentence = (
            f"{chosen.path} ({say_shape(chosen.array.shape)}) is one picture or a table of numbers, and a "
            f"data set needs several images: save them together, or choose it all the same with {option}."
        )
        raise UndecidedError(sentence, [replace(ask, reason=sentence)])
    doubt = find_doubt(chosen.array, axes)
    if doubt is not None:
        sentence = (
            f"{chosen.path} needs pictures, but taken as {axes.n:,} of {axes.rows} x {axes.columns} pixels "
            f"{doubt}: save images, or choose it all the same with {option}."
        )
        raise UndecidedError(sentence, [replace(ask, reason=sentence)])


def _refuse_axes(chosen: Candidate, asked: Asked, images: Decision) -> UndecidedError:
    options, shape = _say_ways(chosen.ways), say_shape(chosen.array.shape)
    if all(asked.axes != way.words for way in chosen.ways) and asked.axes is not None:
        sentence = (
            f"The axes of {chosen.path} cannot be {asked.axes}: choose {join_words(list(options), 'or')} "
            f"for {shape}."
        )
        return UndecidedError(sentence, [images, decide("axes", None, sentence, options)])
    sizes = _say_sizes(chosen.ways)
    sentence = (
        f"The images of {chosen.path} cannot be of the height and width {asked.size}: choose "
        f"{join_words(list(sizes), 'or')} for {shape}."
    )
    return UndecidedError(sentence, [images, decide("size", None, sentence, sizes)])


def _say_ways(ways: Sequence[Axes]) -> dict[str, str]:
    return {
        way.words: f"{way.words}: {way.n:,} images of {way.rows} x {way.columns}" for way in reversed(ways)
    }


def _say_sizes(ways: Sequence[Axes]) -> dict[str, str]:
    return {way.size: f"{way.rows} rows of {way.columns} pixels" for way in ways}


def choose_axes(array: np.ndarray, ways: Sequence[Axes]) -> tuple[Axes, str]:
    """Choose the way to read an array in which neighbouring pixels are most alike, and say why."""
    if len(ways) == 1:
        return ways[0], "that fits its shape"
    rough = [measure_roughness(array, way) for way in ways]
    smooth, next_smooth, *_ = sorted(rough)
    is_clear = smooth < _CLEAR * next_smooth
    unclear = "it fits as well as another way, look at the images"
    why = "so neighbouring pixels are alike" if is_clear else unclear
    return ways[int(np.argmin(rough))], why


def _choose_images(pools: Pools, asked: Asked) -> tuple[Candidate, Decision]:
    name, options = asked.images_name, {one.path: one.words for one in pools.all_images}
    if asked.images is not None:
        # That there is such a variable was checked before.
        chosen = next(one for one in pools.all_images if one.path == asked.images)
        return chosen, decide(name, chosen.path, f"You chose {chosen.path} as the images.", options, True)
    several = [one for one in pools.images if any(not way.is_one_picture for way in one.ways)]
    several = several or list(pools.images)  # one picture beside sets of them is an example
    ranks = [_rank(one, pools.labels) for one in several]
    best = [one for one, rank in zip(several, ranks, strict=True) if rank == max(ranks)]
    if len(best) > 1:
        raise _ask_which(name, "the images", [one.path for one in best], options)
    return best[0], decide(name, best[0].path, _say_images(best[0], pools.labels), options)


def _ask_which(
    name: str, what: str, paths: list[str], options: Mapping[str, str], before: Sequence[Decision] = ()
) -> UndecidedError:
    sentence = f"{join_words(paths)} may each hold {what}"
    ask = f"{sentence}: choose one, with --{name.replace('_', '-')} NAME."
    return UndecidedError(ask, [*before, decide(name, None, f"{sentence}.", options)])


def _rank(one: Candidate, raws: Sequence[RawLabels]) -> tuple[bool, bool, bool]:
    has_labels = any(raw.n == way.n > 1 and raw.path != one.path for raw in raws for way in one.ways)
    is_likely = max(way.side for way in one.ways) >= LIKELY_SIDE
    return is_likely, has_labels, is_images_name(one.path) and not is_labels_name(one.path)


def _say_images(one: Candidate, raws: Sequence[RawLabels]) -> str:
    likely, has_labels, named = _rank(one, raws)
    kind = "pictures of many sizes" if one.is_uneven else "square images"
    if not one.is_uneven and one.ways[0].rows != one.ways[0].columns:
        kind = "images that are not square"
    why = [f"its size is that of {kind}"] if likely else []
    why += ["another variable has a label for each"] if has_labels else []
    why += ["its name says so"] if named else []
    shape = say_shape(one.array.shape)
    return f"{one.path} ({shape}) holds the images: {join_words(why) or 'nothing else can'}."


def _choose_labels(
    chosen: Candidate, ways: list[Axes], pools: Pools, asked: Asked, images: Decision
) -> tuple[RawLabels | None, Decision]:
    name, counts = asked.labels_name, {way.n for way in ways}
    every = [raw for raw in pools.all_labels if raw.n in counts and raw.path != chosen.path]
    options = {raw.path: f"{raw.path}: {raw.n:,} labels, {raw.words}" for raw in every} | {NONE: "no labels"}
    if asked.labels == NONE:
        return None, decide(name, NONE, "You chose to leave labels out.", options, True)
    for raw in pools.all_labels:
        if raw.path == asked.labels:
            return raw, decide(name, raw.path, f"You chose {raw.path} as the labels.", options, True)
    if asked.labels is not None:
        raise UndecidedError(
            f"{asked.labels} cannot be the labels: choose one of {join_words(list(options))}.",
            [images, decide(name, None, f"You chose {asked.labels}, which holds no labels.", options)],
        )
    return _find_labels(chosen, counts, pools, name, options, images)


def _find_labels(
    chosen: Candidate,
    counts: set[int],
    pools: Pools,
    name: str,
    options: Mapping[str, str],
    images: Decision,
) -> tuple[RawLabels | None, Decision]:
    raws = [raw for raw in pools.labels if raw.path != chosen.path]
    fitting = _prefer_same_struct(chosen, [raw for raw in raws if raw.n in counts])
    named = [raw for raw in fitting if is_labels_name(raw.path)]
    likely = [raw for raw in named if raw.is_sound] or named or [raw for raw in fitting if raw.is_sound]
    if len(likely) > 1 and not _part_alike(likely):
        likely = [raw for raw in likely if find_role(raw.path) is find_role(chosen.path)] or likely
    if len(likely) > 1 and not _part_alike(likely):
        raise _ask_which(name, "the labels", [raw.path for raw in likely], options, [images])
    # Labels of another count are wrong, not absent.
    likely += [raw for raw in raws if is_labels_name(raw.path) and raw.n > 1 and not raw.is_line]
    others = _say_counters([raw for raw in fitting if raw not in likely])
    if not likely:
        reason = f"No variable has a label for each image of {chosen.path}{others}."
        return None, decide(name, NONE, reason, options)
    raw = likely[0]
    why = "its name says so" if is_labels_name(raw.path) else "nothing else has one for each image"
    return raw, decide(name, raw.path, f"{raw.path} holds the labels, {raw.words}: {why}{others}.", options)


def _say_counters(raws: Sequence[RawLabels]) -> str:
    """Say which variables are no labels, as each only counts the images, from 0 or 1 on."""
    paths = [raw.path for raw in raws if not raw.is_text and raw.n > 1 and _is_counting(raw.values)]
    return f"; {join_words(paths)} only count{'' if len(paths) > 1 else 's'} them" if paths else ""


def _is_counting(values: np.ndarray) -> bool:
    return bool(values[0] in (0, 1) and (np.diff(values.astype(np.float64)) == 1).all())


def _prefer_same_struct(chosen: Candidate, raws: list[RawLabels]) -> list[RawLabels]:
    beside = [raw for raw in raws if raw.path.rpartition(".")[0] == chosen.leaf.parent]
    return beside or raws


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
) -> tuple[Axes, list[Decision]]:
    is_asked = ways[0].words == asked.axes
    fitting = [way for way in ways if labels is None or way.n == labels.n] or ways
    best, why = choose_axes(chosen.array, fitting)
    if len(fitting) == 1:
        why = "you chose so" if is_asked else "that fits the number of labels" if len(ways) > 1 else why
    others = [way for way in chosen.ways if way.words != best.words]
    options = _say_ways([*others, best])
    reason = f"The axes of {chosen.path} are {best.words}, {options[best.words].partition(': ')[2]}: {why}."
    decisions = [decide("axes", best.words, reason, options, is_asked)]
    if best.rows != best.columns or asked.size is not None:
        sizes = _say_sizes([way for way in chosen.ways if way.words == best.words])
        reason = f"Each image of {chosen.path} has {sizes[best.size]}: {why}; it is padded to a square."
        decisions.append(decide("size", best.size, reason, sizes, asked.size is not None))
    return best, decisions
