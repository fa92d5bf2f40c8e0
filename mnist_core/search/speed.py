"""How long an epoch takes on this machine."""

import os

import numpy as np
import torch

from mnist_core.classifier import train_network
from mnist_core.grid import PAPER_WINNER, Recipe

_N_IMAGES = 8_000  # about half a second an epoch: long enough to measure, short enough to wait for


def measure_epoch() -> dict[str, float]:
    """Measure an epoch of the paper's winner on one thread.

    Returns
    -------
    dict
        `seconds_per_image`: wall seconds of an epoch a training image, the inner validation
        images among them; `cores`: what may be used side by side.
    """
    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    images = rng.random((_N_IMAGES, 28, 28), dtype=np.float32)
    labels = np.arange(_N_IMAGES, dtype=np.int64) % 10
    _, history = train_network(images, labels, PAPER_WINNER, Recipe(max_epochs=3))
    # The first epoch warms up.
    seconds = min(record.seconds for record in history[1:])
    return {"seconds_per_image": seconds / _N_IMAGES, "cores": os.cpu_count() or 1}
