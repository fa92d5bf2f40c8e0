"""The options that searching and training share."""

import argparse

from mnist_core.network.recipe import RECIPE_SETTINGS, Keep, Optimizer, Recipe

_AMOUNTS = {
    "--weight-decay": "what of each weight is added to its gradient",
    "--input-dropout": "chance of each pixel of a training image to be dropped in an epoch",
    "--momentum": "what of its last step sgd or nesterov keeps",
    "--input-noise": "standard deviation of what is added to each pixel in an epoch, in units of full ink",
}


def add_recipe_arguments(command: argparse.ArgumentParser) -> None:
    """Add the options that searching and training share."""
    usual = Recipe()
    command.add_argument(
        "--limit", type=int, metavar="N", help="keep the first N images after the shuffle (default: all)"
    )
    command.add_argument(
        "--seed", type=int, default=0, help="seed of the shuffle and of the weights (default: 0)"
    )
    command.add_argument(
        "--split-seed", type=int, metavar="N", help="seed of the shuffle, where it is another than --seed"
    )
    command.add_argument("--max-epochs", type=int, default=usual.max_epochs, metavar="N", help="default: 500")
    command.add_argument(
        "--patience",
        type=int,
        default=usual.patience,
        metavar="N",
        help="epochs without a better validation loss before training stops (default: 3)",
    )
    command.add_argument("--batch-size", type=int, default=usual.batch_size, metavar="N", help="default: 128")
    command.add_argument("--optimizer", choices=[*Optimizer], default=usual.optimizer, help="default: adam")
    command.add_argument(
        "--keep",
        choices=[*Keep],
        default=usual.keep,
        help="whose weights a network ends with: of its last epoch, as skorch does, or of the one with the "
        "best validation loss (default: last)",
    )
    for option, words in _AMOUNTS.items():
        command.add_argument(option, type=float, default=0.0, metavar="X", help=f"{words} (default: 0)")


def read_split_seed(arguments: argparse.Namespace) -> int:
    """Read the seed of the shuffle from the options."""
    seed: int = arguments.seed if arguments.split_seed is None else arguments.split_seed
    return seed


def read_recipe(arguments: argparse.Namespace) -> Recipe:
    """Read the recipe from the options.

    Raises
    ------
    GridError
        If a value cannot be used.
    """
    settings = {name: getattr(arguments, name) for name in RECIPE_SETTINGS}
    return Recipe(**settings, seed=arguments.seed)
