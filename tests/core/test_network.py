"""The perceptron against plain numpy."""

import numpy as np
import pytest
import torch
from digits import make_digits

from mnist_core.network.architecture import MLP

FUNCTIONS = {
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "relu": lambda x: np.maximum(x, 0),
    "tanh": np.tanh,
}


@pytest.mark.parametrize("activation", FUNCTIONS)
def test_logits_are_what_plain_numpy_computes(activation):
    torch.manual_seed(1)
    network = MLP(9, 7, activation)
    images, _ = make_digits(20)
    w = {name: tensor.numpy().astype(np.float64) for name, tensor in network.state_dict().items()}
    function = FUNCTIONS[activation]
    hidden1 = function(images.reshape(20, -1) @ w["hidden1.weight"].T + w["hidden1.bias"])
    hidden2 = function(hidden1 @ w["hidden2.weight"].T + w["hidden2.bias"])

    logits, guesses = network(torch.from_numpy(images), guess=True)

    expected = hidden2 @ w["output.weight"].T + w["output.bias"]
    np.testing.assert_allclose(logits.detach().numpy(), expected, atol=1e-5)
    np.testing.assert_array_equal(guesses, expected.argmax(axis=1))


def test_the_papers_network_has_77938_parameters():
    assert MLP(96, 24, "tanh").n_parameters == 77_938
