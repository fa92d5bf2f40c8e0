"""Which digit a drawing was meant to be: asked below the answer, and kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from mnist_core.data.dataset import DIGITS
from mnist_core.ground.errors import LabError
from mnist_core.insight.reading import Reading
from mnist_core.network.models import Model
from mnist_core.pens import Stroke
from mnist_core.pens.corrections import delete_corrections, keep_correction, make_correction, read_correction
from mnist_ui.draw import state
from mnist_ui.markdown import escape
from mnist_ui.session import TOLD, Held, settings
from mnist_ui.streamlit_insides import one_row, style

_SURE = 0.95  # a label against a reading as sure as that is asked about
_LONGEST_NAME = 40  # characters
_PLACE = "draw-stale-truth"


def ask_for_truth(model: Model, strokes: Sequence[Stroke], reading: Reading) -> None:
    """Ask which digit a drawing is, show what was told, and keep it; a second tap takes it back.

    Parameters
    ----------
    model : Model
        The one that read it; of other classes than the ten digits nothing is asked.
    strokes : sequence of strokes
        As drawn.
    reading : Reading
        What the model makes of it.
    """
    if model.info.class_names != DIGITS:
        return
    told = _Told(make_correction(strokes, 0, None, None).name, strokes, reading, model.name)
    if not told.held.is_there():
        told.held.put(_find_told(told.name))
    style(one_row(_PLACE))
    with st.container(key=_PLACE):
        label = st.pills(
            "Wrong? Tap the right digit. Right? Tap it too.",
            list(range(10)),
            key=told.held,
            on_change=told.follow,
            width="stretch",
        )
        if state.TOLD_ASKED.get() == (told.name, label):
            told.ask(label)
        elif label is not None:
            st.caption(f"Kept as a {label}, read as {reading.digit}. Tap it again to take it back.")
        st.text_input(
            "Who draws",
            placeholder="A name, where several people draw",
            max_chars=_LONGEST_NAME,
            **state.WRITER_FIELD.shows(state.WRITER.get(), state.WRITER.put),
        )
    if state.TOLD_CHANGED.take():
        st.rerun()  # so that what is kept is shown anew


@dataclass(frozen=True, eq=False)
class _Told:
    """What was told of a drawing, and what is done about it."""

    name: str
    strokes: Sequence[Stroke]
    reading: Reading
    model: str

    @property
    def held(self) -> Held[int | None]:
        return TOLD.of(self.name)

    def follow(self) -> None:
        label = self.held.get()
        state.TOLD_ASKED.forget()
        if label is None:
            self._change(lambda folder: delete_corrections([self.name], folder))
        elif label != self.reading.digit and self._sureness >= _SURE:
            state.TOLD_ASKED.put((self.name, label))
        else:
            self._keep()

    def ask(self, label: int | None) -> None:
        """Ask whether a label is meant that the network is sure to be wrong: a slip would be learned."""
        read = self.reading.digit
        st.markdown(f"It reads a **{read}**, {self._sureness:.1%} sure. Is it a **{label}**?")
        with st.container(horizontal=True):
            st.button(f"Yes, a {label}", on_click=self._keep, key=f"{self.held}-yes")
            st.button("No, a slip", on_click=self._forget, key=f"{self.held}-no")

    @property
    def _sureness(self) -> float:
        return float(self.reading.probabilities[self.reading.digit])

    def _keep(self) -> None:
        state.TOLD_ASKED.forget()
        label = self.held.get()
        assert label is not None  # it was tapped
        writer = state.WRITER.get().strip() or None
        made = make_correction(self.strokes, label, self.reading.digit, self.model, writer=writer)
        self._change(lambda folder: keep_correction(made, folder))

    def _forget(self) -> None:
        """Go back to what is kept: nothing, or what was told before."""
        state.TOLD_ASKED.forget()
        self.held.put(_find_told(self.name))

    def _change(self, deed: Callable[[Path], object]) -> None:
        try:
            deed(settings().corrections_folder)
        except LabError as error:
            st.error(escape(str(error)))
        state.TOLD_CHANGED.put(True)


def find_told(strokes: Sequence[Stroke]) -> int | None:
    """Return the digit that a drawing was told to be; None where nobody told it."""
    return _find_told(make_correction(strokes, 0, None, None).name)


def _find_told(name: str) -> int | None:
    kept = read_correction(name, settings().corrections_folder)
    return None if kept is None else kept.label
