"""What whoever hands a report in says of it: a name, notes, and which figures it shows."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mnist_core.ground.errors import RunError
from mnist_core.network.architecture import LAYER_WORDS

SECTIONS = {
    "data": "Data",
    "network": "Network",
    "grid": "Grid",
    "importance": "What mattered",
    "training": "Learning curve",
    "test": "Test accuracy",
    "fields": "Fields",
    "trust": "What the products leave out",
    "again": "To do it again",
}
"""The sections of a run, in their order, with their headings."""

RUNS, RUNS_TITLE = "runs", "The runs side by side"
"""The section that sets several runs side by side, with its heading."""

CURVE, LIKE = "curve", "like"
"""Figures: the losses of every epoch, and the output fields most like their class."""

PAPER_FIGURES = (CURVE, "hidden1:9", "hidden2:8", "output", LIKE)
"""What a report shows by default: the paper's figures."""

_NAMES = {CURVE: "Learning curve", LIKE: "Output fields most like their class"}
_LAYER = re.compile(r"(hidden[1-3]|output)(:\d{1,4}(,\d{1,4})*)?")


@dataclass(frozen=True)
class HandIn:
    """What a report says that no run knows.

    Attributes
    ----------
    author : str
        Who hands it in; empty leaves it out.
    notes : mapping of str to str
        What is said at the end of a section, by its name; blank lines part paragraphs. With several runs it
        stands at each run, or by `RUN/SECTION` at one.
    figures : tuple of str
        `curve`, `like`, a layer such as `output`, or units of one such as `hidden1:9,12`; each is shown once.

    Raises
    ------
    RunError
        If there is no such section or figure.
    """

    author: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)
    figures: tuple[str, ...] = PAPER_FIGURES

    def __post_init__(self) -> None:
        object.__setattr__(self, "author", " ".join(self.author.split()))
        object.__setattr__(self, "figures", tuple(dict.fromkeys(self.figures)))
        sections = {*SECTIONS, RUNS}
        odd = next((name for name in self.notes if name.rpartition("/")[2] not in sections), None)
        if odd is not None:
            raise RunError(f"A note belongs to one of {', '.join((*SECTIONS, RUNS))}, but {odd!r} is none.")
        strange = next((one for one in self.figures if not is_figure(one)), None)
        if strange is not None:
            raise RunError(
                f"A figure is {CURVE}, {LIKE}, a layer such as output, or units of one such as "
                f"hidden1:9,12, but {strange!r} is none of these."
            )

    def check_runs(self, run_ids: Sequence[str]) -> None:
        """Raise an error about a note that a report of these runs has no place for."""
        for name in self.notes:
            run_id, _, section = name.rpartition("/")
            if (run_id and run_id not in run_ids) or (section == RUNS and len(run_ids) == 1):
                what = f"of the run {run_id}" if run_id else "about several runs"
                raise RunError(
                    f"A note is {what}, but the report is of {' and '.join(run_ids)}: leave it out."
                )

    def find_notes(self, run_id: str, section: str) -> list[str]:
        """Return the paragraphs that were noted at a section; their lines stay apart."""
        found = [self.notes.get(section, ""), self.notes.get(f"{run_id}/{section}", "")]
        parts = [part for text in found for part in re.split(r"\n\s*\n", text)]
        lines = [[" ".join(line.split()) for line in part.splitlines()] for part in parts]
        return ["\n".join(filter(None, part)) for part in lines if any(part)]


def is_figure(word: str) -> bool:
    """Say whether a word names a figure."""
    return word in _NAMES or _LAYER.fullmatch(word) is not None


def name_figure(word: str) -> str:
    """Name a figure in words, as `Hidden 1, units 3, 7`; what names none comes back."""
    if word in _NAMES or not is_figure(word):
        return _NAMES.get(word, word)
    layer, _, places = word.partition(":")
    units = f"unit{'s' if ',' in places else ''} {places.replace(',', ', ')}" if places else "all units"
    return f"{LAYER_WORDS[layer].capitalize()}, {units}"
