"""From a file of weights to a model folder: read, fitted, folded, measured, saved."""

import shlex
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch

from mnist_core.data.dataset import Dataset
from mnist_core.data.files.gathering import Source
from mnist_core.data.orientation.turns import turn_images
from mnist_core.data.sample import SAMPLE_FINGERPRINT
from mnist_core.data.side import bring_to_side
from mnist_core.ground.arrays import Images, Labels
from mnist_core.ground.errors import DataError, ModelError
from mnist_core.ground.places import check_model_folder
from mnist_core.insight.evaluation import evaluate, read_logits
from mnist_core.insight.evaluation.temperature import fit_temperature
from mnist_core.insight.imported.best_reading import Found, Reading, find_reading
from mnist_core.insight.imported.choices import ImportChoices, describe_choices, read_classes
from mnist_core.insight.imported.reasons import explain_reading
from mnist_core.insight.imported.sights import frame_weights
from mnist_core.insight.imported.weights_file import read_chains
from mnist_core.insight.reading.floors import measure_floors
from mnist_core.network.architecture import MLP
from mnist_core.network.candidate import Candidate
from mnist_core.network.models import Model, read_versions, save_model
from mnist_core.network.models.came_from import ImportFacts
from mnist_core.network.models.info import DataFacts, ModelInfo, TestFacts
from mnist_core.network.recipe import Recipe

_FIT_IMAGES = 5_000
_TEST_IMAGES = 10_000
_SEED = 0
_LEAST = 0.5  # of the images: whoever reads fewer is not understood
_USUAL_LR = 0.001  # with which networks of its kind are trained anew, as its own is not known


@dataclass(frozen=True, eq=False)
class Understood:
    """A network from elsewhere as it was understood.

    Attributes
    ----------
    network : MLP
        With all that it does to its inputs folded into its first layer.
    found : Found
        Its reading, and what fits alike.
    reasons : tuple of str
        Why it was read so, a sentence each.
    side : int
        Of the images that it reads.
    class_names : tuple of str
        In the order of its outputs.
    temperature : float
        Of its probabilities.
    """

    network: MLP
    found: Found
    reasons: tuple[str, ...]
    side: int
    class_names: tuple[str, ...]
    temperature: float


class UndecidedImportError(ModelError):
    """A file that two networks fit alike, or none well; its user has to choose.

    Attributes
    ----------
    finding : str
        What was found, without what to do.
    options : dict of str to tuple of str
        What is to be chosen, by the names of `ImportChoices`, and what fits alike; empty where nothing fits.
    """

    def __init__(self, finding: str, cure: str, options: dict[str, tuple[str, ...]]) -> None:
        super().__init__(f"{finding}: {cure}")
        self.finding, self.options = finding, options


def understand_network(
    source: Source | str, name: str, dataset: Dataset, choices: ImportChoices
) -> Understood:
    """Read the network in a file and find by fit what the file does not say.

    Parameters
    ----------
    source : Path, str or binary file
        The file, or its bytes open for reading.
    name : str
        What messages call it.
    dataset : Dataset
        Labelled images of the classes that it tells apart, such as it was trained on.
    choices : ImportChoices
        What need not be found.

    Raises
    ------
    DataFileError, ModelError
        If it holds no network that the lab can hold, or none that reads these images.
    UndecidedImportError
        If two different networks fit alike, or none well.
    DataError
        If the images have no labels, or other classes.
    """
    read = read_chains(source, name)
    chains = [chain for chain in read if chain.n_classes == dataset.n_classes]
    if not chains:
        raise DataError(
            f"{name} has {read[0].n_classes} outputs, but {dataset.name} has {dataset.n_classes} classes: "
            "take images of the classes that it tells apart."
        )
    images, labels = _take_images(dataset, dataset.side, _FIT_IMAGES)
    said = read_classes(choices.classes, dataset.class_names)
    found = find_reading(chains, images, labels, choices, said)
    _check(found, name, dataset, choices)
    network, side = fold_reading(found.best), found.best.side
    temperature = _find_temperature(network, found, bring_to_side(images, side), labels)
    reasons = (*found.best.chain.reasons, *explain_reading(found, dataset, choices))
    if temperature != 1:
        reasons += (
            "Its outputs are no logits of a softmax: they become probabilities at temperature "
            f"{temperature:.2f}, fitted to these images.",
        )
    return Understood(network, found, reasons, side, dataset.class_names, temperature)


def fold_reading(reading: Reading) -> MLP:
    """Make the network that reads upright images from 0 to 1, and answers in the order of the classes.

    What its file's network wants done to its inputs, its first layer does.
    """
    factor, shift = reading.scaling.factor, reading.scaling.shift
    if reading.is_dark:  # it sees 1 less each pixel
        factor, shift = -factor, factor + shift
    chain = reading.chain.scale_inputs(factor, shift)
    n_inputs, order = reading.side**2, np.argsort(reading.classes)
    places = np.arange(chain.side**2, dtype=np.float32).reshape(1, chain.side, chain.side)
    seen = turn_images(places, reading.orientation).reshape(-1).astype(np.int64)
    upright = np.empty_like(chain.matrices[0])
    upright[:, seen] = chain.matrices[0]
    first = frame_weights(upright.reshape(-1, chain.side, chain.side), reading.side).reshape(-1, n_inputs)
    matrices = [first, *chain.matrices[1:]]
    biases = list(chain.biases)
    matrices[-1], biases[-1] = matrices[-1][order], biases[-1][order]
    candidate = Candidate.make(_USUAL_LR, chain.hidden, reading.activation)
    network = MLP.of(candidate, n_inputs, chain.n_classes)
    state = {}
    for layer, matrix, bias in zip(network.layers, matrices, biases, strict=True):
        state[f"{layer}.weight"] = torch.tensor(matrix, dtype=torch.float32)
        state[f"{layer}.bias"] = torch.tensor(bias, dtype=torch.float32)
    network.load_state_dict(state)
    return network.eval()


def keep_import(
    understood: Understood, name: str, dataset: Dataset, folder: Path, choices: ImportChoices
) -> Model:
    """Measure a network from elsewhere and save it as a model, which every page and command takes.

    Parameters
    ----------
    understood : Understood
        The network.
    name : str
        Of its file.
    dataset : Dataset
        What it was understood by, and is measured on.
    folder : Path
        Where to save it; replaced where it is a model.
    choices : ImportChoices
        What its user said.

    Raises
    ------
    ModelError
        If the folder cannot be written.
    """
    check_model_folder(folder)
    images, labels = _take_images(dataset, understood.side, _TEST_IMAGES)
    measured = evaluate(understood.network, images, labels)
    confusion = tuple(tuple(int(count) for count in row) for row in measured.confusion)
    best, n_classes = understood.found.best, len(understood.class_names)
    info = ModelInfo(
        candidate=Candidate.make(_USUAL_LR, best.chain.hidden, best.activation),
        side=understood.side,
        n_classes=n_classes,
        class_names=understood.class_names,
        recipe=Recipe(n_classes=n_classes),
        recipe_name="imported",
        data=DataFacts("data that its file does not name", "", 0, 0, None, 0, 0),
        history=(),
        test=TestFacts(measured.n, measured.accuracy, confusion, is_unseen=False),
        command=_write_command(name, dataset, choices, folder),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        versions=read_versions(),
        temperature=understood.temperature,
        imported=ImportFacts(name, understood.reasons, f"{measured.n:,} images of {dataset.name}"),
    )
    info = replace(info, doubt=measure_floors(understood.network, info))
    return save_model(understood.network, info, folder)


def _take_images(dataset: Dataset, side: int, most: int) -> tuple[Images, Labels]:
    """Take images of a data set in an order by chance, brought to a side; at most so many."""
    chosen = np.random.default_rng(_SEED).permutation(dataset.n_samples)[:most]
    return bring_to_side(np.asarray(dataset.images[chosen]), side), dataset.labels[chosen]


def _check(found: Found, name: str, dataset: Dataset, choices: ImportChoices) -> None:
    """Refuse what is not understood, and ask where two networks fit alike."""
    best = found.best
    if best.accuracy < _LEAST and not choices.are_whole:
        raise UndecidedImportError(
            f"{name} must hold a network that reads {dataset.name}, but of {found.n_tried:,} ways to read it "
            f"the best gets {best.accuracy:.1%} of {found.n_images:,} images right",
            "name the images that it was trained on with --data, save what was done to their pixels (as mu "
            "and sigma, a number for each pixel), or say all of --activation, --scaling, --orientation and "
            "--ink.",
            {},
        )
    if best.is_standardised:
        raise ModelError(
            f"{name} must hold what was done to the pixels too, as it seems that each was standardised by a "
            "mean and a deviation of its own: save these, a number for each pixel, as mu and sigma."
        )
    rivals = [one for one in found.rivals if one.options != best.options]
    if rivals:
        options = {
            key: tuple(dict.fromkeys(one.options[key] for one in (best, *rivals)))
            for key, value in best.options.items()
            if any(one.options[key] != value for one in rivals)
        }
        words = " and ".join(f"--{key} {' or '.join(values)}" for key, values in options.items())
        raise UndecidedImportError(
            f"{name} holds a network that reads {dataset.name} alike in {len(rivals) + 1} ways (the best "
            f"{best.accuracy:.1%} of the images)",
            f"choose with {words}.",
            options,
        )


def _find_temperature(network: MLP, found: Found, images: Images, labels: Labels) -> float:
    """Find a temperature where the outputs are no logits of a softmax, as of sigmoid outputs; else 1."""
    if found.best.chain.is_softmax or found.loss == "softmax":
        return 1.0
    return round(fit_temperature(read_logits(network, images), labels), 3)


def _write_command(name: str, dataset: Dataset, choices: ImportChoices, folder: Path) -> str:
    data = [] if dataset.fingerprint == SAMPLE_FINGERPRINT else ["--data", dataset.name]
    words = ["import", name, *data, *describe_choices(asdict(choices)), "--out", f"models/{folder.name}"]
    return shlex.join(["python", "-m", "mnist_core", *words])
