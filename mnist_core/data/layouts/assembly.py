"""From what a rule found to the data set."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from mnist_core.data.dataset import DIGITS, Choices, Dataset, Origin, digest_images, make_dataset
from mnist_core.data.layouts.candidates import explain
from mnist_core.data.layouts.coding import DIGIT_CODINGS, LEAST_READ, join_values, read_classes, read_fitting
from mnist_core.data.layouts.columns import split_columns
from mnist_core.data.layouts.cures import say_line
from mnist_core.data.layouts.found import Found, Group, UndecidedError
from mnist_core.data.layouts.ink import turn_ink
from mnist_core.data.layouts.looks import choose_examples, describe_looks
from mnist_core.data.layouts.pixels import read_pixels, scale_pixels
from mnist_core.data.layouts.rules import RULES
from mnist_core.data.layouts.tree import Leaf, flatten_variables, list_leaves, list_variables
from mnist_core.data.layouts.understanding import Decision, Understanding, Variable, decide
from mnist_core.data.layouts.variable_names import is_images_name, is_labels_name
from mnist_core.data.orientation import Orientation, Recognised, recognise_orientation, turn_upright
from mnist_core.data.origin import APART, REMARK
from mnist_core.data.side import MNIST_SIDE, fit_to_side
from mnist_core.ground.arrays import Images, Indices, Labels
from mnist_core.ground.variables import Opaque, Value

_UNEVEN = (
    "Pictures of many sizes were made alike as MNIST's makers did: the ink fitted into 20 x 20 of 28 x 28 "
    "pixels, its centre of mass in the middle."
)
_MOST_NAMED = 6  # variables that a sentence lists
_FEW = 5  # images, of which none may be read though all are digits
_READ = 0.5  # of the images that look like digits, where such are


def understand(values: Mapping[str, Value], name: str, choices: Choices | None = None) -> Understanding:
    """Make of a file's variables what can be made, and tell every decision.

    Nothing that is wrong with the variables is raised: it is the `problem` of what comes back, beside the
    variables and the decisions up to there, so that a page can show them and ask for another choice.

    Parameters
    ----------
    values : mapping of str to Value
        Variables of a file, as `mnist_core.data.files.read_file` returns them; they stay as they are.
    name : str
        What the data set is called.
    choices : Choices or None
        What the user overrules.
    """
    choices = choices or Choices()
    remark = values.get(REMARK)
    values = {key: value for key, value in values.items() if key != REMARK}
    variables = list_variables(values)
    decisions: list[Decision] = []
    layout = ""
    try:
        found = _apply_rules(split_columns(list_leaves(values)), choices, values)
        if isinstance(remark, str):
            found = replace(found, warnings=(*found.warnings, remark))
        layout = found.layout
        decisions += found.decisions
        dataset = _assemble(found, choices, variables, name, decisions)
    except UndecidedError as error:
        taken = {decision.name for decision in decisions}
        decisions += [decision for decision in error.decisions if decision.name not in taken]
        return Understanding(
            name, layout, variables, tuple(decisions), None, str(error), dict(error.examples)
        )
    return Understanding(name, layout, variables, tuple(decisions), dataset)


def _apply_rules(leaves: Sequence[Leaf], choices: Choices, values: Mapping[str, Value]) -> Found:
    for rule in RULES:
        found = rule.find(leaves, choices)
        if found is not None:
            return found
    decision = decide("images", None, "No variable holds square images.", {})
    named = [leaf for leaf in leaves if is_images_name(leaf.path) and not is_labels_name(leaf.path)]
    if named:
        raise UndecidedError(explain(max(named, key=lambda leaf: getattr(leaf.value, "size", 0))), [decision])
    sealed = [leaf for leaf in leaves if say_line(leaf)]
    sealed = sealed or [leaf for leaf in leaves if isinstance(leaf.value, Opaque)]
    if sealed:
        raise UndecidedError(explain(sealed[0]), [decision])
    raise UndecidedError(
        "Digit images are needed, as the rows or columns of a matrix or in a cube, but there "
        f"{_say_names(list(values))}: save the images in one of the layouts that the lab knows.",
        [decision],
    )


def _assemble(
    found: Found,
    choices: Choices,
    variables: tuple[Variable, ...],
    name: str,
    decisions: list[Decision],
) -> Dataset:
    told = replace(found.settled, **choices.given())
    pixels = read_pixels([stack for group in found.groups for stack in group.stacks])
    images, decision, warnings = scale_pixels(pixels, told.values)
    decisions.append(decision)
    images, decision, more = turn_ink(images, told.ink)
    decisions.append(decision)
    if any(stack.is_uneven for group in found.groups for stack in group.stacks):
        images, warnings = fit_to_side(images, MNIST_SIDE), (*warnings, _UNEVEN)
    test_part = _find_test_part(found.groups)
    with ThreadPoolExecutor(1) as thread:
        digesting = thread.submit(digest_images, images)  # as if they were upright, which most are
        labels, class_names, upright, orientation, turned = _read_meaning(found, images, told, decisions)
        looks = describe_looks(upright, test_part, labels, class_names)
    writers = _read_writers(found.groups, told, decisions)
    origin = Origin(
        layout=found.layout,
        variables=flatten_variables(variables),
        value_range=(pixels.least, pixels.greatest),
        orientation=orientation,
        warnings=(*found.warnings, *warnings, *more, *turned, *looks, *_warn_of_writers(writers, test_part)),
        reasons=tuple(decision.reason for decision in decisions),
        choices=choices,
        taken=tuple((decision.name, decision.value or "") for decision in decisions),
    )
    return make_dataset(
        name,
        upright,
        labels,
        origin,
        class_names=class_names,
        test_part=test_part,
        writers=writers,
        keeps_writers_apart=told.writers == APART and writers is not None,
        digest=digesting.result() if upright is images else None,
    )


def _read_meaning(
    found: Found, images: Images, told: Choices, decisions: list[Decision]
) -> tuple[Labels | None, tuple[str, ...], Images, str, tuple[str, ...]]:
    """Read what labels mean and how images lie, which tell on each other."""
    raws = [group.labels for group in found.groups if group.labels is not None]
    if len(raws) < len(found.groups):
        recognised = _recognise(images, None, told)
        return None, DIGITS, *_make_upright(images, recognised, told, found.usual_orientation, decisions)
    try:
        labels, class_names, decision = read_classes(raws, images, found.names, told)
        recognised = _recognise(images, _read_digits(labels, class_names), told)
        if decision.value in DIGIT_CODINGS and not decision.is_chosen and _is_misfit(found, recognised):
            labels, class_names, decision = read_fitting(raws, images)
            recognised = _recognise(images, labels, told)
    except UndecidedError as error:
        error.examples = choose_examples(images, join_values(raws))
        raise
    decisions.append(decision)
    turned = _make_upright(images, recognised, told, found.usual_orientation, decisions)
    return labels, class_names, *turned


def _recognise(images: Images, digits: Labels | None, told: Choices) -> Recognised | None:
    """Recognise how images lie, unless that was told."""
    return recognise_orientation(images, digits) if told.orientation is None else None


def _is_misfit(found: Found, recognised: Recognised | None) -> bool:
    """Whether images are not read as their labels say.

    Where the file's own layout says that its labels are digits, only images that are read as other digits
    speak against it.
    """
    if recognised is None or recognised.n < _FEW or recognised.share >= LEAST_READ:
        return False
    return found.layout != "paper" or recognised.digits_share >= _READ


def _make_upright(
    images: Images, recognised: Recognised | None, told: Choices, usual: str | None, decisions: list[Decision]
) -> tuple[Images, str, tuple[str, ...]]:
    """Turn the images upright, as it was told how they lie, or as they themselves tell."""
    options = {one.value: f"images that are {one.words}" for one in Orientation}
    if recognised is None:
        lies, reason = (
            Orientation(told.orientation or "unsure"),
            f"It was said that the images are {told.orientation}.",
        )
    else:
        lies, reason = recognised.orientation, recognised.reason
    if lies is Orientation.UNSURE and usual is not None and recognised is not None:
        lies, reason = Orientation(usual), f"Such files have {usual} images; these do not tell. {reason}"
    decisions.append(decide("orientation", lies.value, reason, options, told.orientation is not None))
    upright = turn_upright(images, lies)
    if lies is Orientation.UNSURE and told.orientation is None:
        return upright, lies.value, (f"Images were left as they lie: {reason[0].lower()}{reason[1:]}",)
    if lies in (Orientation.UPRIGHT, Orientation.UNSURE):
        return upright, lies.value, ()
    return upright, lies.value, (f"The file's images are {lies.words}; they were put upright.",)


def _read_digits(labels: Labels | None, class_names: tuple[str, ...]) -> Labels | None:
    """Read the digit of each image, where its class is one, else -1; None where classes are no digits."""
    if not set(DIGITS) <= set(class_names):  # a class that is called 0 beside 90 and 180 is none
        return None
    digits = np.array([int(name) if name in DIGITS else -1 for name in class_names], dtype=np.int64)
    return None if labels is None or (digits[labels] < 0).all() else digits[labels]


def _read_writers(groups: Sequence[Group], choices: Choices, decisions: list[Decision]) -> Labels | None:
    named = [group.writers for group in groups if group.writers is not None]
    if len(named) < len(groups):
        return None
    writers = np.unique(np.concatenate(named), return_inverse=True)[1].astype(np.int64)
    is_apart = choices.writers == APART
    words = {"mixed": "splits do not look at writers", APART: "no writer in both parts of a split"}
    reason = f"The file names {len(np.unique(writers)):,} writers; {words[APART if is_apart else 'mixed']}."
    value = APART if is_apart else "mixed"
    decisions.append(decide("writers", value, reason, words, choices.writers is not None))
    return writers


def _warn_of_writers(writers: Labels | None, test_part: Indices | None) -> tuple[str, ...]:
    if writers is None or test_part is None:
        return ()
    is_test = np.isin(np.arange(len(writers)), test_part)
    n_both = len(np.intersect1d(writers[is_test], writers[~is_test]))
    if not n_both:
        return ()
    verb = "1 writer has" if n_both == 1 else f"{n_both:,} writers have"
    return (f"{verb} images both among the file's own test images and among the others.",)


def _find_test_part(groups: Sequence[Group]) -> Indices | None:
    ends = np.cumsum([group.n for group in groups])
    parts = [np.arange(end - group.n, end) for group, end in zip(groups, ends, strict=True) if group.is_test]
    return np.concatenate(parts).astype(np.int64) if parts else None


def _say_names(names: list[str]) -> str:
    if not names:
        return "is no variable"
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"is only {', '.join(names[:_MOST_NAMED])}{more}"
