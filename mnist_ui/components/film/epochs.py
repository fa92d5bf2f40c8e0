"""The epochs of a live training as pages show them: read from disk once, for all tabs."""

import base64
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any

import streamlit as st

from mnist_core.training.live.frames import Frames
from mnist_core.training.live.unit_pictures import MOST_UNITS, choose_epochs, draw_fields, quantise_fields
from mnist_core.training.live.watched import open_frames
from mnist_ui import session


@dataclass(frozen=True)
class Shot:
    """An epoch as the browser gets it.

    Attributes
    ----------
    epoch : int
        0 is the network before it learns.
    pictures : str
        Base64 of a signed byte a pixel.
    confusion : list of list of int
        Rows are true digits.
    """

    epoch: int
    pictures: str
    confusion: list[list[int]]

    def values(self) -> list[Any]:
        """Return what the browser needs."""
        return [self.epoch, self.pictures, self.confusion]


class Reel:
    """One layer of a live training, epoch by epoch.

    Parameters
    ----------
    frames : Frames
        What is kept of it.
    layer : str
        Of the network.
    """

    def __init__(self, frames: Frames, layer: str) -> None:
        self._frames, self._layer = frames, layer
        self._lock = Lock()
        self._facts: list[list[float | None]] = []
        self._shots: dict[int, Shot] = {}

    def read_on(self) -> int:
        """Read what is new; return the last epoch, -1 where there is none yet."""
        with self._lock:
            last = self._frames.last_epoch
            for epoch in range(len(self._facts), last + 1):
                self._facts.append(self._read_facts(epoch))
            return last

    @property
    def facts(self) -> list[list[float | None]]:
        """Return losses, accuracy, learning rate and weight decay of each epoch, from epoch 0 on."""
        return list(self._facts)

    @property
    def best(self) -> int:
        """Return the epoch with the lowest validation loss yet; 0 before the first."""
        losses = {epoch: facts[1] for epoch, facts in enumerate(self._facts) if facts[1] is not None}
        return min(losses, key=losses.__getitem__, default=0)

    @cached_property
    def side(self) -> int:
        """Return the pixels along an edge of a picture."""
        return math.isqrt(self._frames.read(0).weights["hidden1.weight"].shape[1])

    @cached_property
    def n_units(self) -> int:
        """Count the units of the layer."""
        return int(self._frames.read(0).weights[f"{self._layer}.weight"].shape[0])

    @property
    def n_shown(self) -> int:
        """Count the units that are shown, the first ones."""
        return min(self.n_units, MOST_UNITS)

    def take_shots(self, since: int, last: int) -> list[Shot]:
        """Return the shots of a film up to an epoch, those up to `since` left out."""
        wanted = [epoch for epoch in choose_epochs(last) if epoch > since]
        with self._lock:
            shots = [self._shots.get(epoch) or self._take_shot(epoch) for epoch in wanted]
            kept = set(choose_epochs(last))
            self._shots = {epoch: shot for epoch, shot in self._shots.items() if epoch in kept}
            self._shots |= {shot.epoch: shot for shot in shots}
        return shots

    def _take_shot(self, epoch: int) -> Shot:
        frame = self._frames.read(epoch)
        pictures = quantise_fields(draw_fields(frame, self._layer)[:MOST_UNITS])
        words = base64.b64encode(pictures.tobytes()).decode()
        return Shot(epoch, words, frame.confusion.tolist())

    def _read_facts(self, epoch: int) -> list[float | None]:
        record, rates = self._frames.read_outline(epoch)
        if record is None:
            return [None, None, self._frames.read(epoch).accuracy, rates.lr, rates.weight_decay]
        measured = (record.train_loss, record.valid_loss, record.valid_accuracy)
        return [*(_round(value) for value in measured), rates.lr, rates.weight_decay]


def open_reel(training_id: str, layer: str) -> Reel:
    """Return what all tabs share of a layer of a live training."""
    return _open_reel(str(session.settings().home), training_id, layer)


def read_ghost(training_id: str) -> Sequence[Sequence[float | None]]:
    """Return the facts of a training beside which another is shown; none where it is gone."""
    reel = open_reel(training_id, "output")
    reel.read_on()
    return reel.facts


@st.cache_resource(show_spinner=False, max_entries=12)
def _open_reel(home: str, training_id: str, layer: str) -> Reel:  # noqa: ARG001 - part of the key
    return Reel(open_frames(session.settings(), training_id), layer)


def _round(value: float) -> float | None:
    return float(f"{value:.5g}") if math.isfinite(value) else None
