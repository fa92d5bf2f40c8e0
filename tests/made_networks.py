"""Networks of every kind, and what they say to more digits than float32 holds."""

import copy
from dataclasses import replace

import numpy as np
import torch

from mnist_core.ground.arrays import Images
from mnist_core.ground.settings import SHIPPED_MODELS
from mnist_core.network.architecture import MLP
from mnist_core.network.candidate import Activation, Candidate
from mnist_core.network.models import Model, load_model

MADE = {
    "sigmoid": ((48, 12), Activation.SIGMOID),
    "one_layer": ((24,), Activation.RELU),
    "three_layers": ((24, 16, 12), Activation.LINEAR),
}


def make_model(name: str) -> Model:
    """Load a shipped model, or make one of another kind, whose weights are as large as trained ones."""
    if name not in MADE:
        return load_model(SHIPPED_MODELS / name)
    paper = load_model(SHIPPED_MODELS / "paper")
    torch.manual_seed(0)
    hidden, activation = MADE[name]
    network = MLP.of(Candidate.make(0.001, hidden, activation), 784, 10)
    network.load_state_dict({key: 3 * weights for key, weights in network.state_dict().items()})
    return Model(paper.folder.with_name(name), network, replace(paper.info, temperature=1.7))


def read_exactly(network: MLP, images: Images) -> np.ndarray:
    """Compute logits in double precision: in single, logits of 60 are rounded by 1e-5."""
    with torch.inference_mode():
        return copy.deepcopy(network).double()(torch.from_numpy(images).double()).numpy()
