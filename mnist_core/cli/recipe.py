"""The options that searching and training share."""

import argparse

from mnist_core.grid import Recipe


def add_recipe_arguments(command: argparse.ArgumentParser) -> None:
    """Add the options that searching and training share."""
    usual = Recipe()
    command.add_argument(
        "--limit", type=int, metavar="N", help="keep the first N images after the shuffle (default: all)"
    )
    command.add_argument(
        "--seed", type=int, default=0, help="seed of the shuffle and of the weights (default: 0)"
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


def read_recipe(arguments: argparse.Namespace) -> Recipe:
    """Read the recipe from the options.

    Raises
    ------
    GridError
        If a value cannot be used.
    """
    return Recipe(
        max_epochs=arguments.max_epochs,
        patience=arguments.patience,
        batch_size=arguments.batch_size,
        seed=arguments.seed,
    )
