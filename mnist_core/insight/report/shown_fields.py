"""The fields that a report shows: those of the paper, or others."""

from collections.abc import Sequence
from itertools import count

from mnist_core.insight.fields.products import receptive_fields
from mnist_core.insight.report.figures import show_fields
from mnist_core.insight.report.hand_in import CURVE, LIKE
from mnist_core.insight.report.report_facts import ReportFacts
from mnist_core.insight.report.report_parts import Part, Words
from mnist_core.network.architecture import OUTPUT

_IN_PAPER = {"hidden1:9": "1a", "hidden2:8": "1b", OUTPUT: "2", LIKE: "3"}
_UNITS = {"hidden1:9": "10th unit of hidden layer 1", "hidden2:8": "9th unit of hidden layer 2"}
_MOST_LIKE = 3  # output fields in Figure 3
_IN_NAMES = str.maketrans(":,", "--")


def show_all_fields(facts: ReportFacts, figures: Sequence[str]) -> list[Part]:
    """Show the fields that are asked for; the paper's keep its numbers, others are counted on from these."""
    others = map(str, count(len(_IN_PAPER)))
    shown: list[Part] = []
    for word in figures:
        if word != CURVE:
            number = _IN_PAPER.get(word) or next(others)
            shown.append(_show_like(facts) if word == LIKE else _show_units(facts, word, number))
    return shown


def _show_units(facts: ReportFacts, word: str, number: str) -> Part:
    layer, _, places = word.partition(":")
    units = [int(place) for place in places.split(",")] if places else []
    words = _UNITS.get(word) or _name_units(layer, units)
    if layer not in facts.model.network.layer_names:
        n_hidden = len(facts.model.info.candidate.hidden)
        has = "one hidden layer" if n_hidden == 1 else f"{n_hidden} hidden layers"
        return Words(f"Figure {number}: there is no {words}, as the network has {has}.")
    fields = receptive_fields(facts.model.network, layer)
    if max(units, default=0) >= len(fields):
        return Words(f"Figure {number}: there is no {words}, as the layer has {len(fields)}.")
    units = units or list(range(len(fields)))
    names = facts.model.info.class_names if layer == OUTPUT else None
    titles = [names[unit] if names else f"unit {unit}" for unit in units]
    caption = f"Figure {number}: {_say(word, words)}."
    return show_fields(fields[units], titles, caption, word.translate(_IN_NAMES))


def _name_units(layer: str, units: Sequence[int]) -> str:
    if not units:
        return f"layer {layer}"
    return f"unit{'s' if units[1:] else ''} {', '.join(map(str, units))} of {layer}"


def _say(word: str, words: str) -> str:
    if word == OUTPUT:
        return "the fields of the output units, a product of all weights"
    return f"{words}; units are counted from 0" if word in _UNITS else f"fields of {words}"


def _show_like(facts: ReportFacts) -> Part:
    likeness = facts.trust.likeness if facts.trust else None
    if likeness is None or likeness.own is None:
        return Words(
            "Figure 3: no images of every class are at hand to tell which fields look like their class."
        )
    fields, names = receptive_fields(facts.model.network, OUTPUT), facts.model.info.class_names
    most = (-likeness.own).argsort(kind="stable")[:_MOST_LIKE]
    titles = [f"{names[unit]}: {likeness.own[unit]:.2f}" for unit in most]
    caption = (
        "Figure 3: the output fields most like their class, with their correlation with its centred mean "
        f"image. The nearest mean reads {int(likeness.reads_own.sum())} of all {len(fields)} fields "
        "as their own."
    )
    return show_fields(fields[most], titles, caption, LIKE)
