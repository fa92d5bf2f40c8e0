"""From a model and drawings to a new model folder."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from mnist_core.ground.places import check_model_folder
from mnist_core.network.models import Model, read_versions, save_model
from mnist_core.network.models.came_from import LearnedFacts
from mnist_core.network.models.info import ModelInfo, TestFacts
from mnist_core.network.models.seen import Hashes, hash_images
from mnist_core.pens import Drawing
from mnist_core.training.learning.learned import Learned, Tell, learn_hand
from mnist_core.training.learning.memory import Memory, open_memory


def learn_model(
    model: Model,
    drawings: Sequence[Drawing],
    datasets_folder: Path,
    folder: Path,
    seed: int = 0,
    tell: Tell = lambda *_: None,
) -> tuple[Model, Learned]:
    """Teach a copy of a model a person's digits, measure it, and save it.

    Parameters
    ----------
    model : Model
        Stays as it is.
    drawings : sequence of Drawing
        Those without a label are left out.
    datasets_folder : Path
        Where the model's own data set is looked for.
    folder : Path
        Where to save the copy; replaced where it is a model.
    seed : int
        Seed of all chance.
    tell : callable
        Told how far it is, with the share of all that is done.

    Raises
    ------
    CorrectionError
        If the model cannot learn, or no drawing has a label.
    ModelError
        If the folder cannot be written.
    """
    check_model_folder(folder)
    memory, exam = open_memory(model, datasets_folder)
    learned = learn_hand(model.network, drawings, memory, exam, seed, tell)
    info = _describe(model, learned, folder, seed)
    return save_model(learned.network, info, folder, _add_seen(model, memory)), learned


def _add_seen(model: Model, memory: Memory) -> Hashes | None:
    """Add the images that it was reminded of to those that the model was trained on, where they are known."""
    if model.seen is None:
        return None
    return np.union1d(model.seen, hash_images(memory.images / np.float32(255)))


def _describe(model: Model, learned: Learned, folder: Path, seed: int) -> ModelInfo:
    exam = learned.exam_after
    confusion = tuple(tuple(int(count) for count in row) for row in exam.confusion)
    facts = LearnedFacts(
        model.name,
        learned.n,
        learned.n_right_before,
        learned.n_right_unseen,
        learned.exam_before.n_right,
        learned.exam_words,
        exam.n,
        len(model.info.changes),
    )
    return replace(
        model.info,
        test=TestFacts(exam.n, exam.accuracy, confusion, is_unseen=model.info.imported is None),
        command=f"python -m mnist_core learn {model.name} --seed {seed} --out models/{folder.name}",
        trained_as=model.info.trained_as or model.name,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        versions=read_versions(),
        learned=facts,
        doubt=None,  # it has now seen the pens that would measure it
        pictures=None,  # these were of the model before
    )
