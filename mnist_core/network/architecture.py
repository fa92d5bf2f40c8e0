"""The perceptron of one to three hidden layers."""

from collections.abc import Callable
from itertools import pairwise
from typing import overload

import torch
from torch import Tensor, nn

from mnist_core.network.candidate import Activation, Candidate

LAYERS = ("hidden1", "hidden2", "hidden3", "output")
"""Names of all layers that a network may have, in their order."""

LAYER_WORDS = {layer: layer.replace("hidden", "hidden ") for layer in LAYERS}
"""Each of them in words."""

FIRST, OUTPUT = LAYERS[0], LAYERS[-1]
"""Those that every network has."""

ACTIVATIONS: dict[Activation, Callable[[Tensor], Tensor]] = {
    Activation.SIGMOID: torch.sigmoid,
    Activation.RELU: torch.relu,
    Activation.TANH: torch.tanh,
    Activation.LINEAR: lambda sums: sums,
    Activation.SQUARE: torch.square,
}
"""What each activation does."""


class MLP(nn.Module):
    """One to three hidden layers and an output layer, one activation behind all hidden layers.

    Parameters
    ----------
    hidden1, hidden2, hidden3 : int or None
        Units of the hidden layers; None for one that it lacks.
    activation : Activation
        The function behind them.
    n_inputs : int
        Pixels of an image, 784 for 28 x 28.
    n_classes : int
        Units of the output layer.
    """

    hidden1: nn.Linear
    output: nn.Linear

    def __init__(
        self,
        hidden1: int,
        hidden2: int | None,
        activation: Activation | str,
        n_inputs: int = 784,
        n_classes: int = 10,
        hidden3: int | None = None,
    ) -> None:
        super().__init__()
        self.activation = Activation(activation)
        widths = [width for width in (hidden1, hidden2, hidden3) if width is not None]
        for number, (before, width) in enumerate(pairwise([n_inputs, *widths]), start=1):
            self.add_module(f"hidden{number}", nn.Linear(before, width))
        self.output = nn.Linear(widths[-1], n_classes)

    @staticmethod
    def of(candidate: Candidate, n_inputs: int, n_classes: int) -> "MLP":
        """Make the network of a candidate, with torch's own initial weights."""
        widths = candidate.hidden1, candidate.hidden2
        return MLP(*widths, candidate.activation, n_inputs, n_classes, candidate.hidden3)

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
            Keys as in `layers`.
        """
        sums: dict[str, Tensor] = {}
        outputs = images.flatten(start_dim=1)
        for name, layer in self.layers.items():
            if sums:
                outputs = self.activate(next(reversed(sums.values())))
            sums[name] = layer(outputs)
        return sums

    @property
    def layers(self) -> dict[str, nn.Linear]:
        """Return the layers by name, `hidden1` first, `output` last."""
        return dict(self.named_children())  # type: ignore[arg-type]

    @property
    def layer_names(self) -> tuple[str, ...]:
        """Return the names of its layers, `hidden1` first, `output` last."""
        return tuple(self.layers)

    @property
    def hidden_names(self) -> tuple[str, ...]:
        """Return the names of its hidden layers."""
        return self.layer_names[:-1]

    @property
    def widths(self) -> list[int]:
        """List how many numbers go in, and come out of each layer."""
        layers = list(self.layers.values())
        return [layers[0].in_features, *(layer.out_features for layer in layers)]

    @property
    def n_parameters(self) -> int:
        """Count all weights and biases."""
        return sum(parameter.numel() for parameter in self.parameters())

    def activate(self, sums: Tensor) -> Tensor:
        """Apply the activation function of the hidden layers."""
        return ACTIVATIONS[self.activation](sums)
