"""What was done on the Operate page, as a link holds it."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from mnist_core.ground.errors import ModelError
from mnist_core.insight.operate.bench import Bench
from mnist_core.insight.operate.operations import (
    Operation,
    Prune,
    Round,
    Scale,
    SwitchOff,
    SwitchOn,
    apply_all,
)
from mnist_core.insight.operate.orders import Order
from mnist_core.insight.operate.plain_weights import Weights
from mnist_core.insight.operate.written_steps import parse_operation
from mnist_core.network.models import Model
from mnist_ui.markdown import escape
from mnist_ui.operate import state

_PARAM = "do"


@dataclass(frozen=True, eq=False)
class Operated:
    """A network with what was done to it.

    Attributes
    ----------
    model : Model
        As it was before.
    bench : Bench
        Of the model.
    steps : tuple of Operation
        What was done.
    weights : Weights
        What came of it.
    """

    model: Model
    bench: Bench
    steps: tuple[Operation, ...]
    weights: Weights

    def add(self, step: Operation) -> None:
        """Do something more."""
        self.change((*self.steps, step))

    def toggle(self, layer: str, unit: int) -> None:
        """Switch a unit off, or on again."""
        is_on = bool(self.weights.is_on(layer)[unit])
        self.add(SwitchOff(layer, (unit,)) if is_on else SwitchOn(layer, (unit,)))

    def scale(self, layer: str, unit: int, factor: float) -> None:
        """Scale a unit; where that was the last step too, to this factor instead."""
        before = self.steps[:-1] if self.find_factor(layer, unit) is not None else self.steps
        self.change((*before, Scale(layer, unit, factor)))

    def find_factor(self, layer: str, unit: int) -> float | None:
        """Return the factor of the last step, where that scaled this unit."""
        last = self.steps[-1] if self.steps else None
        is_same = isinstance(last, Scale) and (last.layer, last.unit) == (layer, unit)
        return last.factor if is_same and isinstance(last, Scale) else None

    def prune(self, layer: str, keep: int, order: Order) -> None:
        """Prune a layer; where that was the last step too, to this many units instead."""
        last = self.steps[-1] if self.steps else None
        before = self.steps[:-1] if isinstance(last, Prune) and last.layer == layer else self.steps
        self.change((*before, Prune(layer, keep, order)))

    def round(self, bits: int | None) -> None:
        """Round the weights anew, or not at all."""
        others = tuple(step for step in self.steps if not isinstance(step, Round))
        self.change(others if bits is None else (*others, Round(bits)))

    def find_bits(self) -> int | None:
        """Return to how many bits the weights are rounded; None where they are not."""
        return next((step.bits for step in reversed(self.steps) if isinstance(step, Round)), None)

    def undo(self) -> None:
        """Take the last step back."""
        self.change(self.steps[:-1])

    def reset(self) -> None:
        """Take all steps back."""
        self.change(())

    def change(self, steps: Sequence[Operation]) -> None:
        """Make these the steps; the page follows when it runs next."""
        _remember(self.model.name, [_write(step) for step in steps])


def current_operated(model: Model, bench: Bench) -> Operated:
    """Return what the link says was done to a model, or else what this tab did to it last."""
    texts = st.query_params.get_all(_PARAM) or _recall(model.name)
    try:
        steps = tuple(parse_operation(*_split(text)) for text in texts)
        weights = apply_all(steps, bench)
    except ModelError as error:
        st.warning(f"The link asks for what cannot be done, so nothing is. {escape(str(error))}")
        texts, steps, weights = [], (), bench.original
    _remember(model.name, texts)
    return Operated(model, bench, steps, weights)


def _write(step: Operation) -> str:
    return f"{step.name} {step.text}"


def _split(text: str) -> tuple[str, str]:
    name, _, rest = text.partition(" ")
    return name, rest


def _recall(name: str) -> list[str]:
    remembered = state.STEPS.get()
    return list(remembered[1]) if remembered and remembered[0] == name else []


def _remember(name: str, texts: Sequence[str]) -> None:
    state.STEPS.put((name, list(texts)))
    if texts and st.query_params.get_all(_PARAM) != list(texts):
        st.query_params[_PARAM] = list(texts)
    elif not texts and _PARAM in st.query_params:
        del st.query_params[_PARAM]
