"""The pictures that a network of squares is made of: the eigenvectors of its logits' quadratic forms."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float64

from mnist_core.ground.arrays import Images, Labels
from mnist_core.ground.errors import ModelError
from mnist_core.insight.fields.fidelity import share_right
from mnist_core.insight.fields.layers import count_pixels, layer_sums
from mnist_core.network.architecture import MLP, OUTPUT
from mnist_core.network.candidate import Activation
from mnist_core.network.models.picture_facts import PictureFacts

MOST_PICTURES = 5
"""Of a digit, that a person can look at and keep in mind."""

_NOTHING = 1e-9  # of the strongest picture of all: what is weaker is rounding


@dataclass(frozen=True, eq=False)
class Eigenpictures:
    """A network of squares, taken apart into pictures: nothing is left out, and nothing is added.

    A logit is its bias and the sum over its pictures of strength x (picture . image + shift)². Where a class
    has fewer pictures than another it is filled up with blank ones of strength 0.

    Attributes
    ----------
    strengths : ndarray of shape (classes, pictures), float64
        Eigenvalues, the greatest in size first; above 0 where a likeness to the picture speaks for the class.
    pictures : ndarray of shape (classes, pictures, side, side), float64
        Eigenvectors, which with their shifts are of length 1 and at right angles within a class. The sign of
        one means nothing: it is chosen so that its pixels add up to more than 0.
    shifts : ndarray of shape (classes, pictures), float64
        What each says to a pixel that is full of ink in all images, which stands for the biases of the units.
    biases : ndarray of shape (classes,), float64
        Of the logits.
    """

    strengths: Float64[np.ndarray, "classes pictures"]
    pictures: Float64[np.ndarray, "classes pictures side side"]
    shifts: Float64[np.ndarray, "classes pictures"]
    biases: Float64[np.ndarray, " classes"]

    @property
    def counts(self) -> tuple[int, ...]:
        """Return how many pictures each class has."""
        return tuple(int(n) for n in np.count_nonzero(self.strengths, axis=1))

    def keep(self, most: int) -> "Eigenpictures":
        """Return the strongest pictures of each class alone."""
        parts = (self.strengths[:, :most], self.pictures[:, :most], self.shifts[:, :most])
        return Eigenpictures(*parts, self.biases)

    def split(self, images: Images) -> Float64[np.ndarray, "n classes pictures"]:
        """Compute how much each picture says of each image: with the bias, these add up to the logit."""
        likeness = np.einsum("nij,kpij->nkp", images.astype(np.float64), self.pictures, optimize=True)
        parts: Float64[np.ndarray, "n classes pictures"] = self.strengths * (likeness + self.shifts) ** 2
        return parts

    def to_network(self) -> MLP:
        """Make the network of these pictures: a unit a picture, class by class, in evaluation mode."""
        n_classes, n_pictures, side, _ = self.pictures.shape
        network = MLP(n_classes * n_pictures, None, Activation.SQUARE, side**2, n_classes)
        scales = np.cbrt(np.abs(self.strengths))  # as much of the strength in each of three factors
        heard = np.eye(n_classes).repeat(n_pictures, axis=1) * (np.sign(self.strengths) * scales).ravel()
        arrays = {
            "hidden1.weight": (self.pictures * scales[..., None, None]).reshape(-1, side**2),
            "hidden1.bias": (self.shifts * scales).ravel(),
            "output.weight": heard,
            "output.bias": self.biases,
        }
        network.load_state_dict({name: torch.tensor(one).float() for name, one in arrays.items()})
        return network.eval()

    def add_up(self, images: Images) -> Float64[np.ndarray, "n classes"]:
        """Compute the logits from the pictures alone."""
        logits: Float64[np.ndarray, "n classes"] = self.split(images).sum(axis=2) + self.biases
        return logits


def is_quadratic(network: MLP) -> bool:
    """Tell whether the logits of a network are quadratic forms of the image."""
    return network.activation is Activation.SQUARE and len(network.hidden_names) == 1


def find_eigenpictures(network: MLP) -> Eigenpictures:
    """Take a network of squares apart into its pictures.

    The sum over units u of weight x (w_u . image + b_u)² is a quadratic form of the image and one more pixel,
    always full of ink, to which b_u belongs. Its matrix has a rank of no more than the units that have a
    weight, so it is solved in their space.

    Parameters
    ----------
    network : MLP
        With one hidden layer of squares.

    Raises
    ------
    ModelError
        If it is another.

    References
    ----------
    Pearce, Dooms, Rigg, Oramas and Sharkey, "Bilinear MLPs enable weight-based mechanistic interpretability",
    ICLR 2025, for the eigenvectors of a bilinear layer's output directions.
    """
    if not is_quadratic(network):
        raise ModelError(
            "Only a network with one hidden layer of squares is a sum of pictures, but this one has "
            f"{len(network.hidden_names)} with {network.activation.label}: choose one such as exact."
        )
    layer, output = network.hidden1, network.output
    rows = np.column_stack([layer.weight.detach().numpy(), layer.bias.detach().numpy()]).astype(np.float64)
    weights = output.weight.detach().numpy().astype(np.float64)
    basis, inside = np.linalg.qr(rows.T)
    values, vectors = np.linalg.eigh((inside * weights[:, None, :]) @ inside.T)
    order = np.argsort(-np.abs(values), axis=1, kind="stable")
    values = np.take_along_axis(values, order, axis=1)
    values[np.abs(values) < _NOTHING * np.abs(values).max()] = 0
    most = max(int(np.count_nonzero(values, axis=1).max()), 1)
    vectors = np.take_along_axis(vectors, order[:, None, :], axis=2)[:, :, :most]
    found = np.moveaxis(basis @ vectors, 2, 1)
    found *= np.where(found[..., :-1].sum(axis=2, keepdims=True) < 0, -1, 1) * (values[:, :most, None] != 0)
    side = count_pixels(network)
    return Eigenpictures(
        strengths=values[:, :most],
        pictures=found[..., :-1].reshape(*found.shape[:2], side, side),
        shifts=found[..., -1],
        biases=output.bias.detach().numpy().astype(np.float64),
    )


def measure_pictures(network: MLP, images: Images, labels: Labels) -> PictureFacts | None:
    """Measure how far the five strongest pictures of each class are the network; None for another network.

    Parameters
    ----------
    network : MLP
        Any.
    images : ndarray of shape (n, side, side), float32
        What it is measured on.
    labels : ndarray of shape (n,), int64
        Their classes.
    """
    if not is_quadratic(network):
        return None
    whole = find_eigenpictures(network)
    logits = layer_sums(network, OUTPUT, images).astype(np.float64)
    alone = whole.keep(MOST_PICTURES).add_up(images)
    missed, spread = (
        np.square(logits - alone).sum(axis=0),
        np.square(logits - logits.mean(axis=0)).sum(axis=0),
    )
    r2 = 1 - np.divide(missed, spread, out=np.ones_like(spread), where=spread > 0)
    return PictureFacts(
        counts=whole.counts,
        most=MOST_PICTURES,
        r2=tuple(map(float, r2)),
        accuracy=share_right(alone.astype(np.float32), labels),
    )
