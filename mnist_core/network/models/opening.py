"""An opening: one time that a model was measured on data that others are measured on too."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Opening:
    """One time that a model was measured on data that others are measured on too.

    Attributes
    ----------
    name : str
        Of the figure, which says on what.
    model : str
        Which model it was: a changed one also shows those of the model that it was made from.
    n : int
        Images or drawings.
    accuracy, low, high : float
        The share read right, and its 95 % interval, 0 to 1.
    over : str
        What the interval is over: `images`, `drawings` or `writers`.
    source : str
        Where the data come from, and what is known of them, in words.
    data : str
        Hash of the data.
    opened : str
        When, ISO 8601 in UTC.
    """

    name: str
    model: str
    n: int
    accuracy: float
    low: float
    high: float
    over: str
    source: str
    data: str
    opened: str
