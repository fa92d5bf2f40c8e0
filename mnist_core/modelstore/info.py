"""All that is known of a trained network, and its card in words."""

from dataclasses import dataclass

from mnist_core.dataset import DIGITS
from mnist_core.grid import Candidate, Recipe
from mnist_core.history import EpochRecord


@dataclass(frozen=True)
class DataFacts:
    """The data that a network was trained on.

    Attributes
    ----------
    name, fingerprint : str
        Of the data set.
    n_samples : int
        Images of the data set.
    split_seed : int
        Seed of the split.
    limit : int or None
        Images kept after the shuffle.
    n_train, n_test : int
        Images for training and held out.
    """

    name: str
    fingerprint: str
    n_samples: int
    split_seed: int
    limit: int | None
    n_train: int
    n_test: int


@dataclass(frozen=True)
class TestFacts:
    """What a network reads of the images that its training held out.

    Attributes
    ----------
    n : int
        Images.
    accuracy : float
        Share read right, 0 to 1.
    confusion : tuple of tuple of int
        Counts; rows are true digits, columns guesses.
    """

    __test__ = False  # no test class, whatever its name

    n: int
    accuracy: float
    confusion: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class ModelInfo:
    """What `model.json` holds.

    Attributes
    ----------
    candidate : Candidate
        Layer widths, activation and learning rate.
    side, n_classes : int
        Pixels along an edge of an image; output units.
    recipe : Recipe
        How it was trained.
    recipe_name : str
        `paper`.
    data : DataFacts
        What it was trained on.
    history : tuple of EpochRecord
        Every epoch.
    test : TestFacts
        Measured once on the held-out images.
    command : str
        What makes the same model again.
    created : str
        When, ISO 8601 in UTC.
    versions : dict of str to str
        Of Python and the libraries that trained it.
    class_names : tuple of str
        What the output units stand for; the ten digits as a rule.
    """

    candidate: Candidate
    side: int
    n_classes: int
    recipe: Recipe
    recipe_name: str
    data: DataFacts
    history: tuple[EpochRecord, ...]
    test: TestFacts
    command: str
    created: str
    versions: dict[str, str]
    class_names: tuple[str, ...] = DIGITS


def write_card(info: ModelInfo, n_parameters: int, name: str) -> str:
    """Write the card of a model in words, as Markdown."""
    last, data, candidate = info.history[-1], info.data, info.candidate
    rows = "\n".join(
        f"| {r.epoch} | {r.train_loss:.4f} | {r.valid_loss:.4f} | {r.valid_accuracy:.4f} |"
        for r in info.history
    )
    return f"""# {name}

A {info.side**2}-{candidate.hidden1}-{candidate.hidden2}-{info.n_classes} perceptron \
({n_parameters:,} parameters), {candidate.activation.value} behind both hidden layers, trained with Adam, \
learning rate {candidate.lr:g}, batch {info.recipe.batch_size}, early stopping after {info.recipe.patience} \
epochs without a better validation loss, seed {info.recipe.seed} (recipe `{info.recipe_name}`).

It reads **{info.test.accuracy:.2%}** of {info.test.n:,} held-out images right.

Data: {data.name}, {data.n_samples:,} images (fingerprint `{data.fingerprint}`), shuffled with seed \
{data.split_seed}; {data.n_train:,} to train, {data.n_test:,} held out. Training ended after \
{last.epoch} epochs with the last weights, as skorch's early stopping does.

Made on {info.created[:10]} with {", ".join(f"{key} {value}" for key, value in info.versions.items())} by

```
{info.command}
```

| epoch | training loss | validation loss | validation accuracy |
| --- | --- | --- | --- |
{rows}
"""
