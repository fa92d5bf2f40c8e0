"""What is to be said of gradients that were handed in."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """What is to be said of the gradient of some weights or biases.

    Attributes
    ----------
    agrees : bool
        Whether it is right.
    digits : int
        To how many digits of its greatest number.
    mistake : str or None
        What is likely wrong; None where nothing is.
    """

    agrees: bool
    digits: int
    mistake: str | None

    @property
    def words(self) -> str:
        """Say it in words."""
        return f"right to {self.digits} digits" if self.agrees else f"wrong: {self.mistake}"


@dataclass(frozen=True)
class LayerVerdict:
    """What is to be said of a layer.

    Attributes
    ----------
    name : str
        Of the layer.
    weights, bias : Part
        Of its two gradients.
    """

    name: str
    weights: Part
    bias: Part

    @property
    def agrees(self) -> bool:
        """Whether both are right."""
        return self.weights.agrees and self.bias.agrees

    @property
    def digits(self) -> int:
        """Return to how many digits both are right."""
        return min(self.weights.digits, self.bias.digits)

    @property
    def words(self) -> str:
        """Say of both what is to be said, once where it is the same."""
        if self.agrees:
            return f"right to {self.digits} digits"
        if self.weights.mistake == self.bias.mistake:
            return self.weights.words
        return f"weights {self.weights.words}; bias {self.bias.words}"

    @property
    def mistake(self) -> str | None:
        """Say what is likely wrong; None where nothing is."""
        weights, bias = self.weights.mistake, self.bias.mistake
        if weights == bias or bias is None:
            return weights
        of_bias = f"biases: {bias}"
        return of_bias if weights is None else f"weights: {weights}; {of_bias}"


@dataclass(frozen=True)
class Verdict:
    """What is to be said of all that was handed in.

    Attributes
    ----------
    layers : tuple of LayerVerdict
        `hidden1` first, `output` last.
    loss : Part or None
        None where it was not handed in.
    """

    layers: tuple[LayerVerdict, ...]
    loss: Part | None

    @property
    def agrees(self) -> bool:
        """Whether all is right."""
        return all(layer.agrees for layer in self.layers) and (self.loss is None or self.loss.agrees)

    @property
    def words(self) -> str:
        """Say where to go on, in a sentence; empty where only one layer is wrong."""
        wrong = [layer.name for layer in self.layers if not layer.agrees]
        if self.agrees:
            return "All is right."
        return f"Mend {wrong[-1]} first: its mistakes come down to the others." if len(wrong) > 1 else ""
