"""A network that learns an epoch at a time, goes back to any of them, and goes on as if it never had."""

from dataclasses import replace

import numpy as np

from mnist_core.data.dataset import Dataset, check_inner_split, split_dataset, split_inner
from mnist_core.engines.fused import Trainer, Training, prepare_ink
from mnist_core.engines.fused.conversion import make_network, start_training
from mnist_core.ground.arrays import Confusion
from mnist_core.ground.errors import RunError
from mnist_core.insight.evaluation import evaluate
from mnist_core.network.architecture import MLP
from mnist_core.network.history import EpochRecord
from mnist_core.training.live.frames import Frame, Frames, State, round_weights
from mnist_core.training.live.live_plan import LivePlan, Rates

_ARRAYS = ("first", "bias", "upper")


class Learner:
    """A live training in memory, each of whose epochs goes to disk.

    Parameters
    ----------
    plan : LivePlan
        What stays the same.
    dataset : Dataset
        The images.
    frames : Frames
        What is kept.
    epoch : int or None
        From which it goes on; None takes the last that is kept.

    Raises
    ------
    DataError
        If there are too few images of a digit.
    RunError
        If the epoch is not kept.
    """

    def __init__(self, plan: LivePlan, dataset: Dataset, frames: Frames, epoch: int | None = None) -> None:
        split = split_dataset(dataset, plan.recipe.seed, plan.limit)
        images, labels = dataset.images[split.train], dataset.labels[split.train]
        check_inner_split(labels, plan.recipe.inner_folds)
        train, valid = split_inner(labels, plan.recipe.inner_folds)
        self._valid = images[valid], labels[valid]
        self._plan, self._frames = plan, frames
        self._ink = prepare_ink(images, labels, train, valid, plan.recipe)
        self._training = self._begin()
        self._seconds_since_state = 0.0
        if frames.last_epoch < 0:
            self._keep(None, plan.rates)
        self.go_to(frames.last_epoch if epoch is None else epoch)

    @property
    def epoch(self) -> int:
        """Return the epoch that it has come to."""
        return len(self._training.history)

    @property
    def history(self) -> tuple[EpochRecord, ...]:
        """Return every epoch up to it."""
        return tuple(self._training.history)

    @property
    def is_over(self) -> bool:
        """Return whether its plan's recipe would have ended it by now, as it ends every training."""
        nothing = np.zeros((3, 0), np.float32)
        judge = Training(self._plan.candidate, self._plan.recipe, nothing, nothing, nothing)
        for record in self._training.history:
            judge.add_epoch(record)
        return judge.is_over

    @property
    def network(self) -> MLP:
        """Return the network of now, in evaluation mode."""
        return make_network(self._training, self._plan.recipe.n_classes)

    @property
    def state(self) -> State:
        """Return all that it needs to go on."""
        arrays = {name: getattr(self._training, name) for name in _ARRAYS}
        return State(self.epoch, self._training.steps, arrays)

    def go_to(self, epoch: int) -> None:
        """Come to the very state after an epoch that is kept: from the state before, by training again.

        Raises
        ------
        RunError
            If the epoch is not kept.
        """
        if not 0 <= epoch <= self._frames.last_epoch:
            raise RunError(f"Only epochs 0 to {self._frames.last_epoch} are kept, but {epoch} was asked for.")
        self._training = self._restore(epoch)
        self._seconds_since_state = 0.0
        while self.epoch < epoch:
            self._train(self._frames.read_outline(self.epoch + 1)[1])

    def train_epoch(self, rates: Rates) -> Frame:
        """Train an epoch, keep it and return it.

        Raises
        ------
        StorageError
            If it cannot be kept.
        """
        self._train(rates)
        record = self._training.history[-1]
        self._seconds_since_state += record.seconds
        frame = self._keep(record, rates)
        if self._frames.is_state_due(self.epoch, self._seconds_since_state):
            self.keep_state()
        return frame

    def keep_state(self) -> None:
        """Keep all that is needed to go on from here at once."""
        self._frames.keep_state(self.state)
        self._seconds_since_state = 0.0

    def _begin(self) -> Training:
        """Draw the network before it learns."""
        recipe = self._plan.endless()
        return start_training(self._plan.candidate, recipe, self._ink.n_pixels, recipe.n_classes)

    def _restore(self, epoch: int) -> Training:
        state = self._frames.read_state_before(epoch)
        if state is None:
            return self._begin()
        first, bias, upper = (state.arrays[name] for name in _ARRAYS)
        outlines = (self._frames.read_outline(one) for one in range(1, state.epoch + 1))
        history = [record for record, _ in outlines if record is not None]
        begun = self._begin()
        return replace(begun, first=first, bias=bias, upper=upper, steps=state.steps, history=history)

    def _train(self, rates: Rates) -> None:
        one = self._training
        candidate, recipe = (
            replace(one.candidate, lr=rates.lr),
            replace(one.recipe, weight_decay=rates.weight_decay),
        )
        self._training = replace(one, candidate=candidate, recipe=recipe)
        trainer = Trainer([self._training], self._ink)
        trainer.train_round()
        trainer.write_back()

    def _keep(self, record: EpochRecord | None, rates: Rates) -> Frame:
        network = self.network
        weights = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
        frame = Frame(self.epoch, record, rates, self._measure(network), round_weights(weights))
        self._frames.keep(frame)
        return frame

    def _measure(self, network: MLP) -> Confusion:
        return evaluate(network, np.asarray(self._valid[0]), self._valid[1]).confusion
