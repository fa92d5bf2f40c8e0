"""The convolutional network that shows the small one how sure to be."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from mnist_core.robust.fit import FitPlan, fit_network, to_ink
from mnist_core.robust.pool import Pass

_BATCH = 2_000  # images read at once


class Teacher(nn.Module):
    """Two convolutions of 5 x 5, each with pooling, and a hidden layer.

    Parameters
    ----------
    side : int
        Pixels along an edge of an image.
    n_classes : int
        Outputs.
    maps : tuple of int
        Feature maps of the convolutions.
    hidden : int
        Units of the hidden layer.

    References
    ----------
    LeCun et al., "Gradient-based learning applied to document recognition", Proceedings of the IEEE
    86 (1998).
    """

    def __init__(
        self, side: int = 28, n_classes: int = 10, maps: tuple[int, int] = (16, 32), hidden: int = 128
    ) -> None:
        super().__init__()
        first, second = maps
        self.layers = nn.Sequential(
            nn.Conv2d(1, first, 5, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(first, second, 5, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Dropout(0.2),
            nn.Linear(second * (side // 4) ** 2, hidden),
            nn.ReLU(),
            nn.Dropout(0.2),
            nn.Linear(hidden, n_classes),
        )

    def forward(self, ink: Tensor) -> Tensor:
        """Compute the logits of images of shape (n, side, side)."""
        logits: Tensor = self.layers(ink[:, None])
        return logits


def train_teacher(
    pool: Sequence[Pass],
    n_classes: int,
    plan: FitPlan,
    seed: int,
    after_epoch: Callable[[int, float], None],
) -> Teacher:
    """Train a teacher on the labels of a pool."""
    torch.manual_seed(seed)  # of the first weights, and of what dropout leaves out
    teacher = Teacher(pool[0].images.shape[-1], n_classes)
    pairs = [(one.images, one.labels) for one in pool]
    fit_network(teacher, pairs, functional.cross_entropy, plan, seed, after_epoch)
    return teacher.eval()


def read_logits(network: nn.Module, images: Tensor) -> Tensor:
    """Compute the logits of images in bytes, of shape (n, classes)."""
    with torch.inference_mode():
        return torch.cat([network(to_ink(part)) for part in torch.split(images, _BATCH)])
