"""What the compiled passes work on: named arrays, flat as numba wants them."""

from typing import Any, NamedTuple


class Ink(NamedTuple):
    """Images as their pixels that are not zero, an image after the other.

    Attributes
    ----------
    starts : ndarray of shape (n + 1,), int64
        Where the pixels of each image begin.
    pixels : ndarray of uint16
        Their positions in the image.
    values : ndarray of float32
        Their ink.
    labels : ndarray of shape (n,), int64
        The digit of each image.
    """

    starts: Any
    pixels: Any
    values: Any
    labels: Any


class TurnedInk(NamedTuple):
    """The same images batch by batch, and in a batch pixel after pixel.

    Attributes
    ----------
    starts : ndarray of shape (n_batches, n_pixels + 1), int64
        Where the images of each pixel begin.
    images : ndarray of uint16
        Their positions in the batch.
    values : ndarray of float32
        Their ink.
    live : ndarray of int64
        The pixels that hold ink in any image; the weights of others never move.
    """

    starts: Any
    images: Any
    values: Any
    live: Any


class Layer(NamedTuple):
    """Parameters with Adam's two moving means, all flat."""

    weights: Any
    means: Any
    squares: Any


class Stack(NamedTuple):
    """Networks side by side.

    Attributes
    ----------
    code : int
        0 sigmoid, 1 ReLU, 2 tanh: the activation of all.
    lanes : int
        Units of all first hidden layers, rounded up to whole vectors.
    n_classes : int
        Output units.
    first : Layer
        Rows of `lanes` weights, a row a pixel.
    bias : Layer
        `lanes` biases.
    upper : Layer
        For each network: hidden 2's weights, an input a row, its biases, the output's likewise; rows
        rounded up to whole vectors.
    units, hidden1, hidden2, begins : ndarray of int64
        For each network: its first lane, the widths of its hidden layers, its begin in `upper`.
    rates : ndarray of float64
        Learning rate of each network.
    """

    code: int
    lanes: int
    n_classes: int
    first: Any
    bias: Any
    upper: Any
    units: Any
    hidden1: Any
    hidden2: Any
    begins: Any
    rates: Any
