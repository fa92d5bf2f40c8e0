"""The fields that a report shows: those of the paper, or others."""

from collections.abc import Sequence

from mnist_core.insight.fields.products import receptive_fields
from mnist_core.insight.report.figures import show_fields
from mnist_core.insight.report.hand_in import CURVE, LIKE, name_figure
from mnist_core.insight.report.report_facts import ReportFacts
from mnist_core.insight.report.report_parts import Part, Words
from mnist_core.network.architecture import OUTPUT

_IN_PAPER = {"hidden1:9": "1a", "hidden2:8": "1b", OUTPUT: "2", LIKE: "3"}
_MOST_LIKE = 3  # output fields in the paper's Figure 3
_IN_NAMES = str.maketrans(":,", "--")


def show_all_fields(facts: ReportFacts, figures: Sequence[str]) -> list[Part]:
    """Show the fields that are asked for, and say which are the paper's."""
    return [
        _show_like(facts) if word == LIKE else _show_units(facts, word) for word in figures if word != CURVE
    ]


def _say(word: str) -> str:
    paper = f", as in the paper's Figure {_IN_PAPER[word]}" if word in _IN_PAPER else ""
    counted = " (counted from 0)" if ":" in word else ""
    return f"{name_figure(word)}{counted}{paper}"


def _show_units(facts: ReportFacts, word: str) -> Part:
    layer, _, places = word.partition(":")
    units = [int(place) for place in places.split(",")] if places else []
    if layer not in facts.model.network.layer_names:
        n_hidden = len(facts.model.info.candidate.hidden)
        has = "one hidden layer" if n_hidden == 1 else f"{n_hidden} hidden layers"
        return Words(f"{_say(word)}: not to be shown, as the network has {has}.")
    fields = receptive_fields(facts.model.network, layer)
    if max(units, default=0) >= len(fields):
        return Words(f"{_say(word)}: not to be shown, as the layer has {len(fields)} units.")
    units = units or list(range(len(fields)))
    names = facts.model.info.class_names if layer == OUTPUT else None
    titles = [names[unit] if names else f"unit {unit}" for unit in units]
    product = ": products of all weights" if word == OUTPUT else ""
    return show_fields(fields[units], titles, f"{_say(word)}{product}.", word.translate(_IN_NAMES))


def _show_like(facts: ReportFacts) -> Part:
    likeness = facts.trust.likeness if facts.trust else None
    if likeness is None or likeness.own is None:
        return Words(f"{_say(LIKE)}: not to be shown, as no images of every class are at hand.")
    fields, names = receptive_fields(facts.model.network, OUTPUT), facts.model.info.class_names
    most = (-likeness.own).argsort(kind="stable")[:_MOST_LIKE]
    titles = [f"{names[unit]}: {likeness.own[unit]:.2f}" for unit in most]
    caption = (
        f"{_say(LIKE)}: each with its correlation with the centred mean image of its class. The nearest mean "
        f"reads {int(likeness.reads_own.sum())} of all {len(fields)} fields as their own."
    )
    return show_fields(fields[most], titles, caption, LIKE)
