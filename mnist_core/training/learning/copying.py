"""Learning as a job beside the app: it saves the copy with the job until its user keeps it."""

from typing import Any

import torch

from mnist_core.network.models import find_model, load_model
from mnist_core.pens import Drawing
from mnist_core.pens.corrections import list_own_writing
from mnist_core.store.job import Job
from mnist_core.training.learning.learned_model import learn_model

KIND = "learn"
COPY = "copy"
"""Name of the copy's folder within the job's."""


def carry_out(job: Job) -> dict[str, Any]:
    """Teach a copy of a model what was told on the Draw page, and say what came of it.

    Raises
    ------
    LabError
        If the model cannot learn, or nothing was told.
    """
    torch.set_num_threads(1)
    kept = list_own_writing(job.settings.corrections_folder)
    drawings = [Drawing(one.strokes, one.label) for one in kept]
    model = load_model(find_model(job.row.settings["model"], job.settings.model_roots))

    def tell(words: str, done: float) -> None:
        job.look()
        job.tell(words, done)

    folder = job.folder / COPY
    _, learned = learn_model(model, drawings, job.settings.datasets_folder, folder, tell=tell)
    return {
        "model": model.name,
        "n": learned.n,
        "own_before": learned.n_right_before,
        "own_after": learned.n_right_after,
        "own_unseen": learned.n_right_unseen,
        "test_before": learned.exam_before.accuracy,
        "test_after": learned.exam_after.accuracy,
        "test_words": learned.exam_words,
    }
