"""The command `film`."""

import argparse

from mnist_core.cli.output import add_output
from mnist_core.cli.say import say
from mnist_core.cli.space import find_settings, open_store
from mnist_core.ground.errors import GridError
from mnist_core.ground.replacing import write_out
from mnist_core.network.architecture import LAYERS
from mnist_core.store import get_job
from mnist_core.training.live.film import FilmPlan, make_film
from mnist_core.training.live.unit_pictures import choose_epochs
from mnist_core.training.live.watched import find_classes, open_frames

_MOST_PACE = 50.0  # a GIF knows hundredths of a second, and browsers slow down what is faster


def add_film_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `film`."""
    command.add_argument(
        "training", metavar="TRAINING", help="id of a live training: the Train page names it"
    )
    command.add_argument("--layer", choices=LAYERS, default=LAYERS[-1], help="default: output")
    command.add_argument("--pace", type=float, default=4.0, metavar="N", help="epochs a second (default: 4)")
    add_output(command, "--out", required=True, metavar="FILE", help="the GIF to write")


def run_film(arguments: argparse.Namespace) -> None:
    """Write the epochs of a live training as a GIF."""
    if not 0.1 <= arguments.pace <= _MOST_PACE:
        raise GridError(
            f"The epochs a second must be from 0.1 to {_MOST_PACE:g}, but are {arguments.pace:g}: "
            "choose others."
        )
    settings = find_settings()
    job = get_job(open_store(settings), arguments.training)
    frames = open_frames(settings, job.id)
    data = make_film(frames, FilmPlan(arguments.layer, find_classes(job, settings), arguments.pace))
    out = arguments.out.resolve()
    with write_out(out, "The film") as file:
        file.write(data)
    n_frames = len(choose_epochs(frames.last_epoch))
    document = {
        "path": str(out),
        "training": job.id,
        "layer": arguments.layer,
        "epochs": frames.last_epoch,
        "frames": n_frames,
        "bytes": len(data),
    }
    say(document, f"{n_frames} frames of {frames.last_epoch} epochs written to {out}", arguments.json)
