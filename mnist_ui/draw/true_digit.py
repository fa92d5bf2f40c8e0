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
from mnist_core.pens.corrections import delete_corrections, keep_correction, list_corrections, make_correction
from mnist_ui.markdown import escape
from mnist_ui.session import Key, settings
from mnist_ui.streamlit_insides import one_row, style

_SURE = 0.95  # a label against a reading as sure as that is asked about


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
    if told.key not in st.session_state:
        st.session_state[told.key] = _find_told(told.name)
    style(one_row(Key.STALE_TRUTH))
    with st.container(key=Key.STALE_TRUTH):
        label = st.pills(
            "Wrong? Tap the right digit. Right? Tap it too.",
            list(range(10)),
            key=told.key,
            on_change=told.follow,
            width="stretch",
        )
        if st.session_state.get(Key.TOLD_ASKED) == (told.name, label):
            told.ask(label)
        elif label is not None:
            st.caption(f"Kept as a {label}, read as {reading.digit}. Tap it again to take it back.")
    if st.session_state.pop(Key.TOLD_CHANGED, False):
        st.rerun()  # so that what is kept is shown anew


@dataclass(frozen=True, eq=False)
class _Told:
    """What was told of a drawing, and what is done about it."""

    name: str
    strokes: Sequence[Stroke]
    reading: Reading
    model: str

    @property
    def key(self) -> str:
        return f"{Key.TOLD_WIDGET}-{self.name}"

    def follow(self) -> None:
        label = st.session_state[self.key]
        st.session_state[Key.TOLD_ASKED] = None
        if label is None:
            self._change(lambda folder: delete_corrections([self.name], folder))
        elif label != self.reading.digit and self._sureness >= _SURE:
            st.session_state[Key.TOLD_ASKED] = (self.name, label)
        else:
            self._keep()

    def ask(self, label: int | None) -> None:
        """Ask whether a label is meant that the network is sure to be wrong: a slip would be learned."""
        read = self.reading.digit
        st.markdown(f"It reads a **{read}**, {self._sureness:.1%} sure. Is it a **{label}**?")
        with st.container(horizontal=True):
            st.button(f"Yes, a {label}", on_click=self._keep, key=f"{self.key}-yes")
            st.button("No, a slip", on_click=self._forget, key=f"{self.key}-no")

    @property
    def _sureness(self) -> float:
        return float(self.reading.probabilities[self.reading.digit])

    def _keep(self) -> None:
        st.session_state[Key.TOLD_ASKED] = None
        label = st.session_state[self.key]
        made = make_correction(self.strokes, label, self.reading.digit, self.model)
        self._change(lambda folder: keep_correction(made, folder))

    def _forget(self) -> None:
        """Go back to what is kept: nothing, or what was told before."""
        st.session_state[Key.TOLD_ASKED] = None
        st.session_state[self.key] = _find_told(self.name)

    def _change(self, deed: Callable[[Path], object]) -> None:
        try:
            deed(settings().corrections_folder)
        except LabError as error:
            st.error(escape(str(error)))
        st.session_state[Key.TOLD_CHANGED] = True


def _find_told(name: str) -> int | None:
    path = settings().corrections_folder / f"{name}.json"
    if not path.exists():
        return None
    kept = list_corrections(settings().corrections_folder)
    return next((one.label for one in kept if one.name == name), None)
