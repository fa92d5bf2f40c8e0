"""The axes of a search's form: what is varied, one value or more of each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import streamlit as st

from mnist_core.ground.errors import GridError
from mnist_core.network.candidate import MOST_RATE, MOST_UNITS, Activation
from mnist_core.network.grid import PAPER_GRID, Axis, Grid
from mnist_core.network.plan import SearchPlan
from mnist_core.network.ranges import Range
from mnist_core.network.recipe import (
    GRID_SETTINGS,
    MOST_BATCH,
    MOST_DECAY,
    MOST_EPOCHS,
    MOST_NOISE,
    Optimizer,
    Recipe,
)
from mnist_ui.names import OPTIMIZER_NAMES
from mnist_ui.typed import Limits, ask_for_list

_LIMITS_OF_AXES = {
    "lr": Limits("Learning rates", 0, MOST_RATE, is_whole=False, excludes=0),
    "hidden1": Limits("Units of hidden 1", 1, MOST_UNITS),
    "hidden2": Limits("Units of hidden 2", 1, MOST_UNITS),
}
_WIDTH = r"\d+(?:\.\.\d+(?::(?:\d+|log))?)?"
_HELP_LIST = (
    "One or more, with commas or blanks between them; where candidates are drawn also a range, such as 16 to "
    "128, 16 to 128 by 16, or 0.0001 to 0.1 log, of which each factor is as likely as another. Those of "
    "rates and weight decay are log where they do not say linear."
)
_LIMITS_OF_SETTINGS = {
    "patience": Limits("Patience", 1, MOST_EPOCHS),
    "batch_size": Limits("Batch size", 1, MOST_BATCH),
    "weight_decay": Limits("Weight decay", 0, MOST_DECAY, is_whole=False),
    "input_dropout": Limits("Input dropout", 0, 1, is_whole=False, excludes=1),
    "input_noise": Limits("Input noise", 0, MOST_NOISE, is_whole=False),
    "momentum": Limits("Momentum", 0, 1, is_whole=False, excludes=1),
    "seed": Limits("Seeds of the weights", 0, 2**32 - 1),
}
BESIDE_COUNTS = ("patience", "batch_size")
_AMONG_MORE = ("momentum", "seed", "weight_decay", "input_dropout", "input_noise")
_HELP = {
    "patience": f"Epochs without a better validation loss after which training stops. {_HELP_LIST}",
    "batch_size": f"Images a step. {_HELP_LIST}",
    "weight_decay": f"What of each weight is added to its gradient. {_HELP_LIST}",
    "input_dropout": f"Chance of each pixel of a training image to be dropped in an epoch. {_HELP_LIST}",
    "input_noise": f"Standard deviation of what is added to each pixel in an epoch. {_HELP_LIST}",
    "momentum": f"What of its last step gradient descent keeps; Adam has none. {_HELP_LIST}",
    "seed": f"More than one trains each network so often. {_HELP_LIST}",
    "hidden": "Instead of the two fields above: the widths of one to three hidden layers, such as 96-24, 48; "
    "where candidates are drawn also ranges, such as 16..128-24, or 16..128:16-24 in steps of 16.",
}


@dataclass(frozen=True)
class Start:
    """What the form begins with; another number makes every field of the form a new one."""

    plan: SearchPlan
    number: int

    def key(self, name: str) -> str:
        """Return the key of a field: another once the form is filled anew."""
        return f"plan-{name}-{self.number}"


def ask_for_axes(start: Start) -> dict[str, Any]:
    """Ask for the values of each axis; numbers are as they were typed."""
    grid = start.plan.grid
    slots = st.columns([1, 1, 1, 1.7])  # four activations side by side need more
    axes: dict[str, Any] = {}
    for slot, (name, limits) in zip(slots, _LIMITS_OF_AXES.items(), strict=False):
        with slot:
            usual = _say_axis(name, getattr(grid, name) or getattr(PAPER_GRID, name))
            axes[name] = ask_for_list(limits, usual, start.key(name), help=_HELP_LIST)
    with slots[-1]:
        axes["activation"] = _ask_for_activations(start)
    return axes


def _ask_for_activations(start: Start) -> list[Activation]:
    chosen = st.pills(
        "Activations",
        list(Activation),
        selection_mode="multi",
        default=list(start.plan.grid.activation),
        format_func=lambda activation: activation.label,
        key=start.key("activation"),
        persist_state="session",
    )
    # In the order of the paper, whatever the order of clicks.
    return [one for one in Activation if one in chosen]


def ask_for_more(start: Start) -> dict[str, Any]:
    """Ask for the further axes; what is typed is as it was typed."""
    usual = _list_usual(start.plan)
    is_open = start.plan.grid.hidden != () or any(
        usual[name] != (getattr(Recipe(), name),) for name in usual if name not in BESIDE_COUNTS
    )
    with st.expander("More axes", expanded=is_open, icon=":material/tune:"):
        slots = [*st.columns([2, 1, 1, 1.5]), *st.columns(3)]
        more: dict[str, Any] = {}
        with slots[0]:
            chosen = st.pills(
                "Optimizers",
                list(Optimizer),
                selection_mode="multi",
                default=list(cast(tuple[Any, ...], usual["optimizer"])),
                format_func=OPTIMIZER_NAMES.__getitem__,
                key=start.key("optimizer"),
                persist_state="session",
            )
        more["optimizer"] = [one for one in Optimizer if one in chosen]
        for slot, name in zip([slots[1], slots[2], *slots[4:]], _AMONG_MORE, strict=True):
            with slot:
                more[name] = ask_for_setting(start, name)
        with slots[3]:
            hidden = ", ".join("-".join(map(_say_width, widths)) for widths in start.plan.grid.hidden)
            more["hidden"] = st.text_input(
                "Hidden layers",
                hidden,
                key=start.key("hidden"),
                placeholder="96-24, 48",
                help=_HELP["hidden"],
                persist_state="session",
            )
    return more


def ask_for_setting(start: Start, name: str) -> str:
    """Ask for the values of a setting, one or more; they are as they were typed."""
    usual = _say_axis(name, _list_usual(start.plan)[name])
    return ask_for_list(_LIMITS_OF_SETTINGS[name], usual, start.key(name), help=_HELP[name])


def _say_axis(name: str, several: Axis) -> Any:
    """Say an axis as `ask_for_list` takes it."""
    if not isinstance(several, Range):
        return several
    return ({"log": False} if _is_logarithmic(name, several.low) else {}) | several.values()


def _is_logarithmic(name: str, low: float) -> bool:
    """Say whether a range of an axis is logarithmic where nobody says what it is."""
    return name in ("lr", "weight_decay") and low > 0


def _say_width(width: int | Range) -> str:
    if not isinstance(width, Range):
        return str(width)
    kind = ":log" if width.log else f":{width.step}" if width.step > 1 else ""
    return f"{width.low}..{width.high}{kind}"


def _list_usual(plan: SearchPlan) -> dict[str, Axis]:
    """List what a plan has of each setting: the values of its axis, or the one of the recipe."""
    axes = dict(plan.grid.settings)
    return {name: axes.get(name, (getattr(plan.recipe, name),)) for name in GRID_SETTINGS}


def make_grid(axes: Mapping[str, Any]) -> tuple[Grid, dict[str, Any]]:
    """Make a grid of what was typed, and the settings of which there is one value only."""
    values: dict[str, Any] = {"lr": _read_axis("lr", _LIMITS_OF_AXES["lr"], axes["lr"])}
    if axes["hidden"].strip():
        values["hidden"] = [_read_widths(word) for word in re.split(r"[,;\s]+", axes["hidden"].strip(",; "))]
    else:
        values |= {
            name: _read_axis(name, _LIMITS_OF_AXES[name], axes[name]) for name in ("hidden1", "hidden2")
        }
    for name, words in (("activation", "Activations"), ("optimizer", "Optimizers")):
        if not axes[name]:
            raise GridError(f"{words}: at least one is needed, but none is chosen: choose one.")
    values["activation"] = axes["activation"]
    settings = {name: _read_axis(name, limits, axes[name]) for name, limits in _LIMITS_OF_SETTINGS.items()}
    settings["optimizer"] = axes["optimizer"]
    # Momentum is one of some of the optimisers, where there are several.
    several = {name for name, one in settings.items() if len(one) > 1}
    several |= {"momentum"} if "optimizer" in several and settings["momentum"] != [0.0] else set()
    grid = Grid.from_values({**values, **{name: settings[name] for name in several}})
    usual = {"optimizer": Optimizer.ADAM, "momentum": 0.0}
    return grid, usual | {name: one[0] for name, one in settings.items() if name not in several}


def _read_axis(name: str, limits: Limits, text: str) -> Any:
    found = limits.read_range(text)
    if found is None:
        return limits.read_list(text)
    return ({"log": True} if _is_logarithmic(name, found["low"]) else {}) | found


def _read_widths(word: str) -> list[Any]:
    if not re.fullmatch(rf"{_WIDTH}(-{_WIDTH}){{0,2}}", word):
        raise GridError(
            "Hidden layers: widths of one to three layers such as 96-24 are needed, or ranges of them such "
            f"as 16..128-24, but there is {word}: change it."
        )
    return [_read_width(*re.split(r"\.\.|:", width)) for width in word.split("-")]


def _read_width(low: str, high: str | None = None, kind: str = "1") -> Any:
    if high is None:
        return int(low)
    ends = {"low": int(low), "high": int(high)}
    return {**ends, "log": True} if kind == "log" else {**ends, "step": int(kind)}
