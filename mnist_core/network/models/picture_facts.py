"""What is known of the pictures of a network of squares."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PictureFacts:
    """The pictures that a network of squares is made of, and how far the strongest of them are the network.

    Attributes
    ----------
    counts : tuple of int
        Pictures of each class.
    most : int
        How many of each, the strongest, the following is said of.
    r2 : tuple of float
        For each class, the share of the variance of its logit over the images that they explain.
    accuracy : float
        The share of the images that they alone read right.
    """

    counts: tuple[int, ...]
    most: int
    r2: tuple[float, ...]
    accuracy: float
