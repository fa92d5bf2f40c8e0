"""The command `learn`."""

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mnist_core.cli.choose import open_model
from mnist_core.cli.output import add_model_output
from mnist_core.cli.say import report, say
from mnist_core.cli.space import find_settings
from mnist_core.ground.settings import Settings
from mnist_core.pens import Drawing, read_drawings
from mnist_core.pens.corrections import list_own_writing

if TYPE_CHECKING:
    from mnist_core.training.learning.learned import Learned


def add_learn_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `learn`."""
    command.add_argument("model", metavar="MODEL", help="a model folder, or the name of a saved model")
    command.add_argument(
        "--from",
        dest="source",
        type=Path,
        metavar="FILE",
        help="strokes JSON with labels; default: the corrections that are kept here",
    )
    command.add_argument("--seed", type=int, default=0, help="seed of all chance (default: 0)")
    add_model_output(command, "--out", required=True, metavar="DIR", help="the copy's new folder")


def run_learn(arguments: argparse.Namespace) -> None:
    """Teach a copy of a model a person's digits, and say what came of it."""
    import torch  # noqa: PLC0415 - a wrong call is told at once

    from mnist_core.training.learning.learned_model import learn_model  # noqa: PLC0415

    start = time.monotonic()
    torch.set_num_threads(1)  # the same sums in the same order on every machine with these versions
    settings = find_settings()
    drawings = _read_drawings(arguments.source, settings)
    out = arguments.out.resolve()
    copy, learned = learn_model(
        open_model(arguments.model),
        drawings,
        settings.datasets_folder,
        out,
        arguments.seed,
        lambda words, _: report(words),
    )
    document: dict[str, Any] = {
        "model": str(copy.folder),
        "n": learned.n,
        "own_before": learned.n_right_before / learned.n,
        "own_after": learned.n_right_after / learned.n,
        "own_unseen": None if learned.n_right_unseen is None else learned.n_right_unseen / learned.n,
        "test_n": learned.exam_after.n,
        "test_before": learned.exam_before.accuracy,
        "test_after": learned.exam_after.accuracy,
        "seconds": round(time.monotonic() - start, 2),
    }
    say(document, f"{_say_learned(learned)} Saved to {out}", arguments.json)


def _say_learned(learned: "Learned") -> str:
    before, after, unseen = learned.n_right_before, learned.n_right_after, learned.n_right_unseen
    by_others = "" if unseen is None else f", {unseen} by copies that had learned the others only"
    return (
        f"Of {learned.n} digits {before} were read before, {after} after learning them{by_others}. Of "
        f"{learned.exam_words} {learned.exam_before.accuracy:.2%} were read before, "
        f"{learned.exam_after.accuracy:.2%} after."
    )


def _read_drawings(source: Path | None, settings: Settings) -> list[Drawing]:
    if source is not None:
        return read_drawings(source)
    kept = list_own_writing(settings.corrections_folder)
    return [Drawing(one.strokes, one.label) for one in kept]
