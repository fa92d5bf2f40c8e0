"""What the compiled passes work on: named arrays, flat as numba wants them."""

from typing import Any, NamedTuple


class Ink(NamedTuple):
    """Images as the pixels that hold ink, a group of `vectors.GROUP` images after the other.

    A batch begins with a group of its own. The last group of one may have fewer images.

    Attributes
    ----------
    starts : ndarray of shape (n_groups + 1,), int64
        Where the pixels of each group begin.
    pixels : ndarray of uint16
        The positions that hold ink in any image of the group.
    values : ndarray of float32
        At each of them, the ink of every image of the group, 0 where it has none.
    labels : ndarray of shape (n,), int64
        The digit of each image.
    """

    starts: Any
    pixels: Any
    values: Any
    labels: Any


class TurnedInk(NamedTuple):
    """The same images batch by batch, and in a batch a group of `vectors.GROUP` pixels after the other.

    Attributes
    ----------
    starts : ndarray of shape (n_batches, n_groups + 1), int64
        Where the images of each group begin.
    images : ndarray of uint16
        Positions in the batch of the images that have ink at any pixel of the group.
    values : ndarray of float32
        In each of them, the ink at every pixel of the group.
    pixels : ndarray of shape (n_groups * GROUP,), int64
        The pixels of each group, filled up with -1; those without ink in any image come last, in groups
        of their own.
    n_inked : int
        Items of `pixels` before those: the weights of the others move by weight decay only.
    """

    starts: Any
    images: Any
    values: Any
    pixels: Any
    n_inked: int


class Batches(NamedTuple):
    """The images that an epoch trains on.

    Attributes
    ----------
    ink : Ink
        Batch by batch.
    turned : TurnedInk
        The same sorted by pixel.
    """

    ink: Ink
    turned: TurnedInk


class Layer(NamedTuple):
    """Parameters with Adam's two moving means, all flat; of other optimisers `means` is the last step."""

    weights: Any
    means: Any
    squares: Any


class StackState(NamedTuple):
    """Networks side by side.

    Attributes
    ----------
    code : int
        0 sigmoid, 1 ReLU, 2 tanh, 3 linear, 4 square: the activation of all.
    is_adam : bool
        Whether Adam steps all of them, or else gradient descent.
    lanes : int
        Units of all first hidden layers, rounded up to whole vectors.
    n_classes : int
        Output units.
    first : Layer
        Rows of `lanes` weights, a row a pixel.
    bias : Layer
        `lanes` biases.
    upper : Layer
        For each network and each layer above hidden 1: its weights, an input a row, then its biases; rows
        rounded up to whole vectors.
    units, depths, begins, ends : ndarray of int64
        For each network: its first lane, its hidden layers, and where its part of `upper` begins and ends.
    widths : ndarray of shape (networks, 3), int64
        Units of the hidden layers of each network; 0 where it has fewer.
    rates, decays, momenta, looks : ndarray of float64
        Learning rate, weight decay and momentum of each network; whether it looks ahead as Nesterov does.
    cuts : ndarray of bool
        Whether weights above hidden 1 that are 0 stay 0, for each network.
    lane_decays, lane_momenta, lane_looks : ndarray of shape (lanes,), float32
        The latter three for each unit of hidden 1.
    """

    code: int
    is_adam: bool
    lanes: int
    n_classes: int
    first: Any
    bias: Any
    upper: Any
    units: Any
    depths: Any
    begins: Any
    ends: Any
    widths: Any
    rates: Any
    decays: Any
    momenta: Any
    looks: Any
    cuts: Any
    lane_decays: Any
    lane_momenta: Any
    lane_looks: Any
