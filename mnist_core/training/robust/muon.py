"""An optimizer that turns a weight matrix as a whole, and so needs a quarter of the steps that Adam needs."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

_MOMENTUM = 0.95
_N_STEPS = 5
_COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # of the quintic that brings singular values near 1 fastest
_LEAST_NORM = 1e-7


class Muon:
    """Momentum, each matrix of it replaced by the nearest one whose singular values are all about 1.

    torch's own Muon does the same for plain matrices in bfloat16; this one also takes convolutions, and its
    sums are float32 on every processor.

    Parameters
    ----------
    weights : sequence of Parameter
        Matrices or convolutions.

    Attributes
    ----------
    lr : float
        How far a step turns a matrix; set before each.

    References
    ----------
    Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024.
    """

    def __init__(self, weights: Sequence[nn.Parameter]) -> None:
        self.lr = 0.0
        self._weights = list(weights)
        self._momenta = [torch.zeros_like(weight) for weight in self._weights]

    @torch.no_grad()
    def step(self) -> None:
        """Change the weights by their gradients."""
        for weight, momentum in zip(self._weights, self._momenta, strict=True):
            assert weight.grad is not None
            momentum.mul_(_MOMENTUM).add_(weight.grad)
            ahead = weight.grad.add(momentum, alpha=_MOMENTUM).flatten(start_dim=1)
            longer = max(1.0, ahead.shape[0] / ahead.shape[1]) ** 0.5
            weight.add_(orthogonalise(ahead).view_as(weight), alpha=-self.lr * longer)


def orthogonalise(matrix: Tensor) -> Tensor:
    """Bring all singular values of a matrix near 1 by Newton and Schulz's iteration.

    Parameters
    ----------
    matrix : Tensor of shape (rows, columns), float32
        Not all zero.

    Returns
    -------
    Tensor of shape (rows, columns), float32
        With the same singular vectors, and singular values of about 0.7 to 1.2.
    """
    if matrix.shape[0] > matrix.shape[1]:
        return orthogonalise(matrix.T).T
    first, third, fifth = _COEFFICIENTS
    near: Tensor = matrix / (matrix.norm() + _LEAST_NORM)
    for _ in range(_N_STEPS):
        square = near @ near.T
        near = first * near + (third * square + fifth * square @ square) @ near
    return near
