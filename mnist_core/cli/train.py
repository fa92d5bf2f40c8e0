"""The command `train`."""

import argparse
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch

from mnist_core.cli.data import add_data_arguments, read_data
from mnist_core.cli.output import add_model_output
from mnist_core.cli.recipe import add_recipe_arguments, read_split_seed
from mnist_core.cli.say import report, say
from mnist_core.cli.space import find_settings, open_store
from mnist_core.data.dataset import Dataset, Split, split_dataset
from mnist_core.engines.fused.alone import train_network
from mnist_core.ground.errors import GridError
from mnist_core.network.candidate import Activation, Candidate
from mnist_core.network.history import EpochRecord, find_kept_epoch
from mnist_core.network.recipe import NAMED, RECIPE_SETTINGS, Keep, Recipe
from mnist_core.store import get_job
from mnist_core.training.one_network import TrainedModel, train_model


def add_train_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `train`."""
    add_data_arguments(command)
    command.add_argument(
        "--hidden", type=int, nargs="+", required=True, metavar="N", help="units of one to three layers"
    )
    command.add_argument(
        "--activation", required=True, choices=[activation.value for activation in Activation]
    )
    command.add_argument(
        "--lr",
        type=float,
        required=True,
        help="learning rate of Adam, such as 0.001; for the recipe robust 0.003",
    )
    command.add_argument(
        "--recipe",
        choices=[*NAMED, "robust"],
        default="paper",
        help="how to train: as the paper does, so that output fields look like digits, so that its pictures "
        "are the network, or to read what people draw (default: paper)",
    )
    command.add_argument(
        "--styles",
        action="store_true",
        help="robust: draw the pen digits in other styles too, ask larger teachers, and train for longer",
    )
    command.add_argument(
        "--writer-folds",
        type=int,
        default=3,
        metavar="N",
        help="robust: parts of the pen writers for cross-validation, below 2 for none (default: 3)",
    )
    command.add_argument(
        "--no-teacher", action="store_true", help="robust: learn from the labels, not from a larger network"
    )
    command.add_argument(
        "--workers", type=int, default=2, metavar="N", help="robust: processes side by side (default: 2)"
    )
    command.add_argument(
        "--keep-epochs", action="store_true", help="keep every epoch, for the Train page and the command film"
    )
    command.add_argument(
        "--change",
        action="append",
        default=[],
        metavar="CHANGE",
        help="other rates from an epoch on, as 12:lr=0.0001,weight_decay=0; with --keep-epochs, repeatable",
    )
    add_model_output(command, "--out", required=True, metavar="DIR", help="the model's new folder")
    add_recipe_arguments(command)
    # Each recipe has its own usual settings.
    command.set_defaults(**dict.fromkeys(RECIPE_SETTINGS))


def run_train(arguments: argparse.Namespace) -> None:
    """Train one network, measure it on the held-out images, and save it."""
    start = time.monotonic()
    torch.set_num_threads(1)  # the same sums in the same order on every machine with these versions
    candidate = _read_candidate(arguments)
    dataset = read_data(arguments)
    split = split_dataset(dataset, read_split_seed(arguments), arguments.limit)
    out = arguments.out.resolve()
    training = None
    if arguments.keep_epochs or arguments.change:
        training, trained = _train_live(arguments, dataset, candidate, out)
    else:
        train = _train_robust if arguments.recipe == "robust" else _train_paper
        trained = train(arguments, dataset, split, candidate, out)
    info = trained.model.info
    seconds = time.monotonic() - start
    document: dict[str, Any] = {
        "model": str(out),
        "epochs": info.history[-1].epoch,
        "kept_epoch": info.kept_epoch,
        "valid_accuracy": next(
            record.valid_accuracy for record in info.history if record.epoch == info.kept_epoch
        ),
        "test_accuracy": info.test.accuracy,
        "seconds": round(seconds, 2),
        "n_parameters": trained.model.network.n_parameters,
        "reload_is_identical": trained.is_identical,
        **({} if training is None else {"training": training}),
    }
    back = "" if info.recipe.keep == Keep.LAST else f", with the weights of epoch {info.kept_epoch}"
    words = (
        f"{candidate}: {info.test.accuracy:.2%} of {info.test.n:,} held-out images after "
        f"{info.history[-1].epoch} epochs{back} ({seconds:.0f} s), saved to {out}"
    )
    kept = "" if training is None else f"; its epochs are kept as training {training}"
    say(document, words + kept, arguments.json)


def _train_paper(
    arguments: argparse.Namespace, dataset: Dataset, split: Split, candidate: Candidate, out: Path
) -> TrainedModel:
    recipe = _change_recipe(replace(NAMED[arguments.recipe], n_classes=dataset.n_classes), arguments)
    train = partial(train_network, report=_report_epoch)
    if recipe.own_units:
        from mnist_core.training.exact import train_exact  # noqa: PLC0415 - not for the paper's

        train = partial(train_exact, report=_report_epoch)
    return train_model(dataset, split, arguments.limit, candidate, recipe, out, train)


def _train_robust(
    arguments: argparse.Namespace, dataset: Dataset, split: Split, candidate: Candidate, out: Path
) -> TrainedModel:
    from mnist_core.training.robust.effort import ROBUST, STYLED, STYLED_EFFORT, Effort  # noqa: PLC0415
    from mnist_core.training.robust.robust_recipe import train_robust  # noqa: PLC0415 - not for the paper's

    usual, effort = (STYLED, STYLED_EFFORT) if arguments.styles else (ROBUST, Effort())
    recipe = _change_recipe(replace(usual, n_classes=dataset.n_classes), arguments)
    if recipe.weight_decay or recipe.disturbs_inputs or recipe.keep == Keep.BEST:
        raise GridError(
            "The robust recipe has its own decay, distorts images instead of hiding pixels, and does not "
            "stop early: leave --weight-decay, --input-dropout, --input-noise and --keep out."
        )
    effort = replace(effort, writer_folds=arguments.writer_folds)
    if arguments.no_teacher:
        effort = replace(effort, teacher=None)
    n_jobs = max(arguments.workers, 1)
    return train_robust(
        dataset, split, arguments.limit, candidate, recipe, out, report, effort, n_jobs=n_jobs
    )


def _train_live(
    arguments: argparse.Namespace, dataset: Dataset, candidate: Candidate, out: Path
) -> tuple[str, TrainedModel]:
    """Train with every epoch kept, save the last or the best; return the id of the training too."""
    from mnist_core.training.live.live_plan import LivePlan  # noqa: PLC0415
    from mnist_core.training.live.saving import save_epoch  # noqa: PLC0415
    from mnist_core.training.live.unwatched import read_change, train_keeping  # noqa: PLC0415
    from mnist_core.training.live.watched import open_frames  # noqa: PLC0415 - only for it

    if arguments.recipe != "paper" or not arguments.keep_epochs:
        raise GridError(
            "--change goes with --keep-epochs, and both with the recipe paper: leave the other out."
        )
    if read_split_seed(arguments) != arguments.seed:
        raise GridError("--keep-epochs shuffles with --seed, but --split-seed is another: leave it out.")
    plan = LivePlan(
        candidate, _change_recipe(Recipe(n_classes=dataset.n_classes), arguments), arguments.limit
    )
    changes = dict(read_change(words, plan.rates) for words in arguments.change)
    settings = find_settings()
    settings.make_home()
    store = open_store(settings)
    training = train_keeping(store, settings, dataset, plan, changes, _report_epoch)
    frames = open_frames(settings, training)
    outlines = (frames.read_outline(epoch) for epoch in range(1, frames.last_epoch + 1))
    kept = find_kept_epoch([record for record, _ in outlines if record is not None], plan.recipe)
    return training, save_epoch(get_job(store, training), settings, kept, out)


def _change_recipe(usual: Recipe, arguments: argparse.Namespace) -> Recipe:
    asked = {name: getattr(arguments, name) for name in RECIPE_SETTINGS}
    changed = {name: value for name, value in asked.items() if value is not None}
    return replace(usual, seed=arguments.seed, **changed)


def _read_candidate(arguments: argparse.Namespace) -> Candidate:
    params = {"lr": arguments.lr, "hidden": arguments.hidden, "activation": arguments.activation}
    return Candidate.from_params(params)


def _report_epoch(record: EpochRecord) -> None:
    report(
        f"epoch {record.epoch:3d}  training loss {record.train_loss:.4f}  validation loss "
        f"{record.valid_loss:.4f}  accuracy {record.valid_accuracy:.4f}  {record.seconds:.1f} s"
    )
