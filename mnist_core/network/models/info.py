"""All that is known of a trained network, and its card in words."""

from dataclasses import dataclass

from mnist_core.data.dataset import DIGITS
from mnist_core.network.candidate import Candidate
from mnist_core.network.history import EpochRecord, find_kept_epoch
from mnist_core.network.models.came_from import ChangeFacts, ImportFacts, LearnedFacts
from mnist_core.network.models.opening import Opening
from mnist_core.network.models.picture_facts import PictureFacts
from mnist_core.network.recipe import Recipe


@dataclass(frozen=True)
class DataFacts:
    """The data that a network was trained on.

    Attributes
    ----------
    name, fingerprint : str
        Of the data set.
    n_samples : int
        Images of the data set.
    split_seed : int
        Seed of the split.
    limit : int or None
        Images kept after the shuffle.
    n_train, n_test : int
        Images for training and held out.
    """

    name: str
    fingerprint: str
    n_samples: int
    split_seed: int
    limit: int | None
    n_train: int
    n_test: int


@dataclass(frozen=True)
class TestFacts:
    """What a network reads of images that its training held out; a changed one's may be of others.

    Attributes
    ----------
    n : int
        Images.
    accuracy : float
        Share read right, 0 to 1.
    confusion : tuple of tuple of int
        Counts; rows are true digits, columns guesses.
    is_unseen : bool
        Whether it is certain that the network was not trained on any of them.
    """

    __test__ = False  # no test class, whatever its name

    n: int
    accuracy: float
    confusion: tuple[tuple[int, ...], ...]
    is_unseen: bool = True


@dataclass(frozen=True)
class WriterFacts:
    """What is read of one writer's pen digits by a network that was trained without that writer.

    Attributes
    ----------
    writer : int
        The writer's number.
    n, n_right : int
        Digits, and how many of them are read right.
    """

    writer: int
    n: int
    n_right: int


@dataclass(frozen=True)
class PenFacts:
    """Cross-validation over the writers of pen digits.

    Attributes
    ----------
    folds : int
        Parts of the writers; each was read by a network trained in the same way on the other parts.
    interval : tuple of float
        In which the accuracy lies with 95 % confidence, over writers; over digits where an earlier version
        wrote it.
    writers : tuple of WriterFacts
        Every writer.
    """

    folds: int
    interval: tuple[float, float]
    writers: tuple[WriterFacts, ...]

    @property
    def n(self) -> int:
        """Count the digits."""
        return sum(writer.n for writer in self.writers)

    @property
    def n_right(self) -> int:
        """Count the digits read right."""
        return sum(writer.n_right for writer in self.writers)

    @property
    def accuracy(self) -> float:
        """Return the share read right, 0 to 1."""
        return self.n_right / self.n


@dataclass(frozen=True)
class DoubtFacts:
    """From which chance of being right on a model answers, found on pen digits of writers it has not seen.

    Attributes
    ----------
    shares, floors : tuple of float
        To be right in such a share of the answers, answer where the chance is at least the floor.
    reader : str
        Which network read, in words: the model's own, or ones that were trained in its way.
    n, n_read_right, n_answered, n_answered_right : tuple of int
        Of each writer: digits, those read right, those answered where 99 % of the answers are to be right,
        and those of them read right; by the floor that all other writers ask for.
    """

    shares: tuple[float, ...]
    floors: tuple[float, ...]
    reader: str
    n: tuple[int, ...]
    n_read_right: tuple[int, ...]
    n_answered: tuple[int, ...]
    n_answered_right: tuple[int, ...]

    @property
    def answered(self) -> float:
        """Return the share of the digits that is answered, 0 to 1."""
        return sum(self.n_answered) / sum(self.n)

    @property
    def right(self) -> float:
        """Return the share of the answers that are right; 1 without answers."""
        return sum(self.n_answered_right) / max(sum(self.n_answered), 1)

    @property
    def lost(self) -> float:
        """Return the share of what is read right that is refused; 0 where nothing is."""
        return 1 - sum(self.n_answered_right) / max(sum(self.n_read_right), 1)


@dataclass(frozen=True)
class ModelInfo:
    """What `model.json` holds.

    Attributes
    ----------
    candidate : Candidate
        Layer widths, activation and learning rate.
    side, n_classes : int
        Pixels along an edge of an image; output units.
    recipe : Recipe
        How it was trained.
    recipe_name : str
        `paper`, `robust` or `live`, with `, changed` behind it where a setting is not the usual one.
    data : DataFacts
        What it was trained on.
    history : tuple of EpochRecord
        Every epoch.
    test : TestFacts
        Measured once on the held-out images.
    command : str
        What makes the same model again.
    created : str
        When, ISO 8601 in UTC.
    versions : dict of str to str
        Of Python and the libraries that trained it.
    class_names : tuple of str
        What the output units stand for; the ten digits as a rule.
    temperature : float
        What logits are divided by to be as sure as they are right; 1 where it was not fitted. A changed
        network keeps that of its parent, as nearer than none.
    pens : PenFacts or None
        What it reads of pen digits, where it was trained on any; of a changed network, what its parent reads.
    changes : tuple of ChangeFacts
        What was done to it after its training, the first first.
    learned : LearnedFacts or None
        What it learned of a hand afterwards, where it is such a copy.
    trained_as : str
        The model that it was made from, whose recipe, history, temperature and pens these are; empty where
        they are its own.
    doubt : DoubtFacts or None
        When it answers and when it says that it is not sure; None where that was not measured.
    seeds : tuple of float
        What networks of other seeds, trained in the same way, read of the held-out images, as shares.
    openings : tuple of Opening
        Every time that it was measured by `benchmark`, the first first.
    pictures : PictureFacts or None
        Of a network of squares with one hidden layer: what its pictures come to on the images of `test`.
    imported : ImportFacts or None
        Where it came from, if it was trained elsewhere: then its history is empty, and its recipe and
        learning rate are those with which networks of its kind are trained here.
    """

    candidate: Candidate
    side: int
    n_classes: int
    recipe: Recipe
    recipe_name: str
    data: DataFacts
    history: tuple[EpochRecord, ...]
    test: TestFacts
    command: str
    created: str
    versions: dict[str, str]
    class_names: tuple[str, ...] = DIGITS
    temperature: float = 1.0
    pens: PenFacts | None = None
    changes: tuple[ChangeFacts, ...] = ()
    learned: LearnedFacts | None = None
    trained_as: str = ""
    doubt: DoubtFacts | None = None
    seeds: tuple[float, ...] = ()
    openings: tuple[Opening, ...] = ()
    pictures: PictureFacts | None = None
    imported: ImportFacts | None = None

    @property
    def network_words(self) -> str:
        """Say what the network is, with its learning rate where that is known."""
        candidate = self.candidate
        return f"{candidate.architecture} {candidate.activation.label}" if self.imported else str(candidate)

    @property
    def training_words(self) -> str:
        """Say what it was trained on."""
        if self.imported is not None:
            return f"elsewhere ({self.imported.file})"
        return f"{self.data.name}, {self.data.n_train:,} images"

    @property
    def test_words(self) -> str:
        """Say which images it was tested on; only those that a training held out are called so."""
        last = self.tested_as_changed or (self.imported and (self.learned or self.imported))
        return last.measured_on if last else f"{self.test.n:,} held-out images of {self.data.name}"

    @property
    def tested_as_changed(self) -> ChangeFacts | None:
        """Return the change after which it was tested; None where training or learning came last."""
        n_before = self.learned.n_changes if self.learned else 0
        return self.changes[-1] if len(self.changes) > n_before else None

    @property
    def kept_epoch(self) -> int:
        """Return the epoch of its training whose weights these are, or were before a change."""
        return find_kept_epoch(self.history, self.recipe)

    @property
    def has_seen_pens(self) -> bool:
        """Say whether it learned from the pen digits that the lab ships: they tell it no strangers then."""
        return self.recipe_name.startswith("robust") or self.learned is not None
