"""Where the weights of a model came from beside a training: another model, a person's hand, a file."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ChangeFacts:
    """What was done to a network after its training.

    Attributes
    ----------
    made_from : str
        The model that it was done to.
    steps : tuple of str
        What was done, as the options of the command `operate`.
    accuracy_before : float
        Of that model, on the images that the result was measured on.
    measured_on : str
        Which these are.
    unchanged_units : tuple of int
        The units that its hidden layers had.
    """

    made_from: str
    steps: tuple[str, ...]
    accuracy_before: float
    measured_on: str
    unchanged_units: tuple[int, ...]


@dataclass(frozen=True)
class LearnedFacts:
    """What a copy of another model learned of a person's hand.

    Attributes
    ----------
    model : str
        Name of the model that it is a copy of.
    n : int
        Digits that it learned.
    n_right_before : int
        How many of them that model reads.
    n_right_unseen : int or None
        How many of them were read by copies that had learned the other ones only; None for one digit.
    n_test_right_before : int
        How many of the held-out images that model reads.
    measured_on : str
        Which held-out images, as the end of a sentence; empty where an earlier version did not say it.
    n_test : int
        How many they are; 0 where an earlier version did not say it.
    n_changes : int
        The changes of `ModelInfo` that came before.
    """

    model: str
    n: int
    n_right_before: int
    n_right_unseen: int | None
    n_test_right_before: int
    measured_on: str = ""
    n_test: int = 0
    n_changes: int = 0


@dataclass(frozen=True)
class ImportFacts:
    """A network that was trained elsewhere: nothing is known of its training.

    Attributes
    ----------
    file : str
        Where its weights came from.
    reasons : tuple of str
        How the file was read and why, a sentence each.
    measured_on : str
        The images that it was measured on as it came in.
    """

    file: str
    reasons: tuple[str, ...]
    measured_on: str
