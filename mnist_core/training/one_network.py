"""One network from data to model folder: trained, measured on held-out images, saved, checked."""

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import torch

from mnist_core.data.dataset import Dataset, Split, check_inner_split
from mnist_core.engines.fused.alone import train_network
from mnist_core.ground.arrays import Images, Labels
from mnist_core.ground.places import check_model_folder
from mnist_core.insight.evaluation import evaluate
from mnist_core.insight.fields.eigenpictures import measure_pictures
from mnist_core.insight.reading.floors import measure_floors
from mnist_core.network.architecture import MLP
from mnist_core.network.candidate import Candidate
from mnist_core.network.history import EpochRecord
from mnist_core.network.models import Model, read_versions, save_model
from mnist_core.network.models.info import DataFacts, DoubtFacts, ModelInfo, PenFacts, TestFacts
from mnist_core.network.models.seen import hash_images
from mnist_core.network.recipe import NAMED, Recipe, list_options, list_seeds, name_option

Train = Callable[[Images, Labels, Candidate, Recipe], tuple[MLP, tuple[EpochRecord, ...]]]
"""Trains a network on images and labels by a recipe; returns it with its history."""


@dataclass(frozen=True)
class TrainedModel:
    """A saved model, and whether its reload gave the same outputs bit by bit."""

    model: Model
    is_identical: bool


@dataclass(frozen=True, eq=False)
class Made:
    """A network that was just trained, and how.

    Attributes
    ----------
    candidate, recipe, recipe_name, history, command, temperature, pens, doubt, seeds
        As in `ModelInfo`; a network that was trained on no pen digits has its doubt measured when it is kept.
    network : MLP
        In evaluation mode.
    """

    candidate: Candidate
    recipe: Recipe
    recipe_name: str
    network: MLP
    history: tuple[EpochRecord, ...]
    command: str
    temperature: float = 1.0
    pens: PenFacts | None = None
    doubt: DoubtFacts | None = None
    seeds: tuple[float, ...] = ()


def train_model(
    dataset: Dataset,
    split: Split,
    limit: int | None,
    candidate: Candidate,
    recipe: Recipe,
    folder: Path,
    train: Train = train_network,
) -> TrainedModel:
    """Train a network on the training images, measure it once on the held-out ones, save and reload it.

    Parameters
    ----------
    dataset : Dataset
        The images.
    split : Split
        Which are for training and which are held out.
    limit : int or None
        What the split was limited to; recorded.
    candidate : Candidate
        Layer widths, activation, learning rate.
    recipe : Recipe
        How to train.
    folder : Path
        Where to save the model; replaced where it is a model.
    train : callable
        Gets images, labels, candidate and recipe; returns the network and its history.

    Raises
    ------
    DataError
        If there are too few images of a digit.
    ModelError
        If the folder cannot be written.
    """
    check_model_folder(folder)  # before the minutes that training takes
    images, labels = dataset.images[split.train], dataset.labels[split.train]
    check_inner_split(labels, recipe.inner_folds)
    network, history = train(images, labels, candidate, recipe)
    name = recipe.name.split(",")[0]
    extra = () if name == "paper" else ("--recipe", name)
    command = write_command(dataset, candidate, recipe, limit, folder, NAMED[name], extra, split.seed)
    made = Made(candidate, recipe, recipe.name, network, history, command)
    return keep_model(made, dataset, split, limit, folder)


def keep_model(made: Made, dataset: Dataset, split: Split, limit: int | None, folder: Path) -> TrainedModel:
    """Measure a trained network once on the held-out images, save it, reload it and compare.

    Parameters
    ----------
    made : Made
        The network and what is known of it.
    dataset, split, limit, folder
        As for `train_model`.

    Raises
    ------
    ModelError
        If the folder cannot be written.
    """
    held_out = evaluate(made.network, dataset.images[split.test], dataset.labels[split.test])
    confusion = tuple(tuple(int(count) for count in row) for row in held_out.confusion)
    info = ModelInfo(
        candidate=made.candidate,
        side=dataset.side,
        n_classes=made.network.output.out_features,
        class_names=dataset.class_names,
        recipe=made.recipe,
        recipe_name=made.recipe_name,
        data=_describe_data(dataset, split, limit),
        history=made.history,
        test=TestFacts(held_out.n, held_out.accuracy, confusion),
        command=made.command,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        versions=read_versions(),
        temperature=made.temperature,
        pens=made.pens,
        seeds=made.seeds,
        pictures=measure_pictures(made.network, dataset.images[split.test], dataset.labels[split.test]),
    )
    info = replace(info, doubt=made.doubt or measure_floors(made.network, info))
    model = save_model(made.network, info, folder, hash_images(dataset.images[split.train]))
    return TrainedModel(model, _gives_same_outputs(made.network, model.network, dataset, split))


def write_command(
    dataset: Dataset,
    candidate: Candidate,
    recipe: Recipe,
    limit: int | None,
    folder: Path,
    usual: Recipe | None = None,
    extra: Sequence[str] = (),
    split_seed: int | None = None,
) -> str:
    """Write the command that trains the same model again from a file of the same data.

    Parameters
    ----------
    dataset : Dataset
        Its name is the file's, and what its user overruled is said too.
    candidate, recipe, limit, folder
        As for `train_model`.
    usual : Recipe or None
        What need not be said; None takes the paper's recipe.
    extra : sequence of str
        Further options, such as the name of the recipe.
    split_seed : int or None
        Seed of the shuffle; None where it is the recipe's.
    """
    chosen = dataset.origin.choices.given().items()
    words: list[object] = [
        "train",
        dataset.name,
        *(word for name, value in chosen for word in (name_option(name), value)),
    ]
    words += ["--hidden", *candidate.hidden]
    words += ["--activation", candidate.activation.value, "--lr", candidate.lr]
    seeds = list_seeds(recipe, recipe.seed if split_seed is None else split_seed)
    words += [*extra, *seeds, *list_options(recipe, limit, usual)]
    return shlex.join(["python", "-m", "mnist_core", *map(str, words), "--out", f"models/{folder.name}"])


def _describe_data(dataset: Dataset, split: Split, limit: int | None) -> DataFacts:
    return DataFacts(
        name=dataset.name,
        fingerprint=dataset.fingerprint,
        n_samples=dataset.n_samples,
        split_seed=split.seed,
        limit=limit,
        n_train=len(split.train),
        n_test=len(split.test),
    )


def _gives_same_outputs(network: MLP, loaded: MLP, dataset: Dataset, split: Split) -> bool:
    images = torch.from_numpy(dataset.images[split.test])
    with torch.inference_mode():
        return torch.equal(network(images), loaded(images))
