"""The recipe against skorch and scikit-learn themselves."""

import numpy as np
import pytest
import torch
from digits import make_digits
from sklearn.model_selection import StratifiedKFold
from skorch import NeuralNetClassifier
from skorch.callbacks import Callback, EarlyStopping
from torch import nn

from mnist_core.data.dataset import check_inner_split
from mnist_core.engines.skorch_classifier import classifier_params, make_classifier, train_network
from mnist_core.ground.errors import DataError
from mnist_core.network.architecture import MLP
from mnist_core.network.candidate import Activation, Candidate
from mnist_core.network.recipe import Recipe

CANDIDATE = Candidate(lr=0.01, hidden1=12, hidden2=8, activation=Activation.TANH)


class BatchLog(Callback):
    def __init__(self):
        self.seen = []

    def on_batch_begin(self, net, batch, training, **kwargs):
        self.seen.append((training, batch[0].numpy().copy()))


def fit_plain_skorch(columns, labels, max_epochs, seed):
    torch.manual_seed(seed)
    net = NeuralNetClassifier(
        MLP,
        module__hidden1=12,
        module__hidden2=8,
        module__activation="tanh",
        criterion=nn.CrossEntropyLoss,
        optimizer=torch.optim.Adam,
        lr=0.01,
        batch_size=128,
        max_epochs=max_epochs,
        callbacks=[EarlyStopping(patience=3)],
        verbose=0,
    )
    return net.fit(columns, labels)


def test_training_gives_the_weights_and_history_of_plain_skorch():
    images, labels = make_digits(700)
    plain = fit_plain_skorch(images.reshape(700, -1), labels, max_epochs=4, seed=5)

    network, history = train_network(images, labels, CANDIDATE, Recipe(max_epochs=4, seed=5))

    for name, tensor in plain.module_.state_dict().items():
        assert torch.equal(network.state_dict()[name], tensor), name
    assert [record.valid_loss for record in history] == plain.history[:, "valid_loss"]
    assert [record.train_loss for record in history] == plain.history[:, "train_loss"]


def test_early_stopping_ends_where_plain_skorch_ends():
    images, labels = make_digits(300)
    labels = np.random.default_rng(0).permutation(labels)  # nothing to learn: it stops soon
    plain = fit_plain_skorch(images.reshape(300, -1), labels, max_epochs=60, seed=0)

    network, history = train_network(images, labels, CANDIDATE, Recipe(max_epochs=60))

    assert len(history) == len(plain.history) < 60
    assert torch.equal(network.output.weight, plain.module_.output.weight)


def test_batches_are_the_first_of_five_stratified_splits_in_order_without_shuffling():
    images, labels = make_digits(500)
    columns = images.reshape(500, -1)
    net = make_classifier(Recipe(max_epochs=2), 784, **classifier_params(CANDIDATE, Recipe()))
    log = BatchLog()
    net.set_params(callbacks=[*net.callbacks, ("log", log)])

    net.fit(columns, labels)

    train, valid = next(StratifiedKFold(5).split(columns, labels))
    for epoch in (log.seen[: len(log.seen) // 2], log.seen[len(log.seen) // 2 :]):
        trained = [batch for training, batch in epoch if training]
        assert [len(batch) for batch in trained] == [128, 128, 128, 16]
        np.testing.assert_array_equal(np.concatenate(trained), columns[train])
        validated = np.concatenate([batch for training, batch in epoch if not training])
        np.testing.assert_array_equal(validated, columns[valid])


def test_initial_weights_come_from_the_seed_and_leave_torchs_generator_alone():
    torch.manual_seed(99)
    before = torch.random.get_rng_state()
    first = make_classifier(Recipe(seed=3), 784, **classifier_params(CANDIDATE, Recipe())).initialize()
    torch.rand(10)
    second = make_classifier(Recipe(seed=3), 784, **classifier_params(CANDIDATE, Recipe())).initialize()
    torch.manual_seed(3)
    expected = MLP(12, 8, "tanh")

    for name, tensor in expected.state_dict().items():
        assert torch.equal(first.module_.state_dict()[name], tensor)
        assert torch.equal(second.module_.state_dict()[name], tensor)
    torch.manual_seed(99)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_a_network_that_diverges_is_still_reported():
    images, labels = make_digits(300)
    wild = Candidate(lr=10.0, hidden1=12, hidden2=8, activation=Activation.RELU)

    _, history = train_network(images, labels, wild, Recipe(max_epochs=20))

    assert 1 <= len(history) <= 20


@pytest.mark.parametrize(
    ("n", "folds", "is_enough"), [(5, 1, True), (4, 1, False), (7, 5, True), (6, 5, False)]
)
def test_digits_that_are_too_rare_for_the_splits_are_refused(n, folds, is_enough):
    labels = np.repeat(np.arange(10), n).astype(np.int64)

    if is_enough:
        check_inner_split(labels, Recipe().inner_folds, folds)
    else:
        with pytest.raises(DataError, match="images of each digit to split them, but the rarest has"):
            check_inner_split(labels, Recipe().inner_folds, folds)
