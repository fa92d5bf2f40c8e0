"""The two-hidden-layer perceptron."""

from typing import overload

import torch
from torch import Tensor, nn

from mnist_core.network.candidate import Activation

LAYERS = ("hidden1", "hidden2", "output")

_FUNCTIONS = {Activation.SIGMOID: torch.sigmoid, Activation.RELU: torch.relu, Activation.TANH: torch.tanh}


class MLP(nn.Module):
    """Two hidden layers and an output layer, one activation behind both hidden layers.

    Parameters
    ----------
    hidden1, hidden2 : int
        Units of the hidden layers.
    activation : Activation
        The function behind both.
    n_inputs : int
        Pixels of an image, 784 for 28 x 28.
    n_classes : int
        Units of the output layer.
    """

    def __init__(
        self,
        hidden1: int,
        hidden2: int,
        activation: Activation | str,
        n_inputs: int = 784,
        n_classes: int = 10,
    ) -> None:
        super().__init__()
        self.activation = Activation(activation)
        self.hidden1 = nn.Linear(n_inputs, hidden1)
        self.hidden2 = nn.Linear(hidden1, hidden2)
        self.output = nn.Linear(hidden2, n_classes)

    @overload
    def forward(self, images: Tensor) -> Tensor: ...
    @overload
    def forward(self, images: Tensor, *, guess: bool) -> tuple[Tensor, Tensor]: ...
    def forward(self, images: Tensor, *, guess: bool = False) -> Tensor | tuple[Tensor, Tensor]:
        """Compute the logits of a batch, and with `guess` also the guessed digits.

        Parameters
        ----------
        images : Tensor of shape (n, n_inputs) or (n, side, side), float32
            Ink, 0 to 1.
        guess : bool
            Also return the digit with the highest logit, an int64 Tensor of shape (n,).

        Returns
        -------
        Tensor of shape (n, n_classes), float32
            Logits: what softmax turns into probabilities.
        """
        logits = self.pre_activations(images)["output"]
        return (logits, logits.argmax(dim=1)) if guess else logits

    def pre_activations(self, images: Tensor) -> dict[str, Tensor]:
        """Compute every layer's weighted sums, before the activation, by layer name.

        Returns
        -------
        dict of str to Tensor of shape (n, units), float32
            Keys `hidden1`, `hidden2`, `output`.
        """
        function = _FUNCTIONS[self.activation]
        hidden1 = self.hidden1(images.flatten(start_dim=1))
        hidden2 = self.hidden2(function(hidden1))
        return {"hidden1": hidden1, "hidden2": hidden2, "output": self.output(function(hidden2))}

    @property
    def n_parameters(self) -> int:
        """Count all weights and biases."""
        return sum(parameter.numel() for parameter in self.parameters())

    def activate(self, sums: Tensor) -> Tensor:
        """Apply the activation function of the hidden layers."""
        return _FUNCTIONS[self.activation](sums)
