"""The board of a class: who played the game, and how well; a file each, kept here alone."""

import json
import math
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mnist_core.ground.errors import ScoreError
from mnist_core.ground.replacing import replace_file
from mnist_core.pens.game import N_TURNS, Round

MOST_LETTERS = 20
"""Of a name on the board."""


@dataclass(frozen=True)
class Score:
    """A round that was played to its end.

    Attributes
    ----------
    name : str
        What the player typed, and all that is known of them.
    points, n_hits, best_streak : int
        As the round counts them.
    seconds_a_digit : float
        The mean time of a turn.
    model : str
        The name of the network that read.
    time : str
        When, ISO 8601 in UTC.
    space : str
        Whose it is, where many people share a lab.
    """

    name: str
    points: int
    n_hits: int
    best_streak: int
    seconds_a_digit: float
    model: str
    time: str
    space: str = ""


def make_score(name: str, played: Round, space: str = "") -> Score:
    """Make a score of a round that ended now.

    Raises
    ------
    ScoreError
        If the name is empty or too long.
    """
    return Score(
        name=tidy_name(name),
        points=played.score,
        n_hits=played.n_hits,
        best_streak=played.best_streak,
        seconds_a_digit=round(played.seconds_a_digit, 2),
        model=played.model,
        time=datetime.now(UTC).isoformat(timespec="milliseconds"),
        space=space,
    )


def tidy_name(typed: str) -> str:
    """Return a typed name without needless space or signs that nobody sees.

    Raises
    ------
    ScoreError
        If nothing is left, or more than the board has room for.
    """
    name = " ".join("".join(sign if sign.isprintable() else " " for sign in typed).split())
    if not 1 <= len(name) <= MOST_LETTERS:
        raise ScoreError(
            f"A name on the board needs 1 to {MOST_LETTERS} letters, but has {len(name)}: "
            f"{'shorten it' if name else 'type one'}."
        )
    return name


def keep_score(score: Score, folder: Path) -> None:
    """Keep a score, whole or not at all.

    Raises
    ------
    ScoreError
        If it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with replace_file(folder / f"{secrets.token_hex(8)}.json") as file:
            file.write(json.dumps(asdict(score)).encode())
    except OSError as error:
        raise ScoreError(f"A score needs room in {folder}, but it cannot be written: {error}.") from error


def list_scores(folder: Path) -> list[Score]:
    """List the scores that are kept, the best first: most points, then the least time.

    Raises
    ------
    ScoreError
        If one of the files was damaged.
    """
    return sorted(_read_all(folder).values(), key=lambda one: (-one.points, one.seconds_a_digit, one.time))


def choose_best(scores: Sequence[Score]) -> list[Score]:
    """Return the first score of each name, however it is written; of scores in the order of `list_scores`.

    Two people may have one name: neither takes the other's place.
    """
    best: dict[tuple[str, str], Score] = {}
    for score in scores:
        best.setdefault((score.space, score.name.casefold()), score)
    return list(best.values())


def delete_scores(names: Iterable[str], folder: Path, space: str | None = None) -> int:
    """Delete the scores of some names, however they are written; return how many there were.

    Of one space where it is given, else of all.
    """
    gone = {name.casefold() for name in names}
    paths = [
        path
        for path, score in _read_all(folder).items()
        if score.name.casefold() in gone and space in (None, score.space)
    ]
    for path in paths:
        path.unlink(missing_ok=True)
    return len(paths)


def _read_all(folder: Path) -> dict[Path, Score]:
    read = {path: _read_one(path) for path in folder.glob("*.json") if path.name[0] != "."}
    return {path: score for path, score in read.items() if score is not None}


def _read_one(path: Path) -> Score | None:
    """Read a kept score; None where it was deleted meanwhile."""
    try:
        return _check(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, RecursionError, ScoreError) as error:
        raise ScoreError(
            f"{path} must hold one score, but is damaged ({error}): delete that file."
        ) from error


def _check(document: Any) -> Score:
    counts = {key: int(document[key]) for key in ("points", "n_hits", "best_streak")}
    seconds = float(document["seconds_a_digit"])
    if not 0 <= counts["n_hits"] <= N_TURNS or not math.isfinite(seconds):
        raise ValueError("no such round can be played")
    return Score(
        name=tidy_name(str(document["name"])),
        seconds_a_digit=seconds,
        model=str(document["model"]),
        time=str(document["time"]),
        space=str(document.get("space", "")),  # earlier versions knew of one
        **counts,
    )
