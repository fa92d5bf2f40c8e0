"""A search where a device of torch trains: all folds and candidates side by side, in one process."""

from dataclasses import replace

import numpy as np
import pytest
from digits import make_digits

from mnist_core.network.candidate import Activation
from mnist_core.network.grid import Grid
from mnist_core.network.plan import SearchPlan, Strategy
from mnist_core.network.recipe import Recipe
from mnist_core.search.checkpoints import Checkpoints
from mnist_core.search.fast import open_fast_engine
from mnist_core.search.messages import Records
from mnist_core.search.rounds import Source

PLAN = SearchPlan(
    Grid((0.001,), (24, 48), (12,), (Activation.TANH, Activation.RELU)),
    Recipe(max_epochs=4, patience=4),
    cv=3,
    workers=3,
)


@pytest.fixture
def on_torch(monkeypatch):
    monkeypatch.setenv("MNIST_LAB_DEVICE", "cpu")


def search(plan, folder):
    told = []
    source = Source(*make_digits(400))
    with open_fast_engine(source, plan, Checkpoints(folder), told.append, folder) as engine:
        table = engine.search().cv_results
    epochs = [epoch for message in told if isinstance(message, Records) for epoch in message.epochs]
    return np.stack([table[f"split{fold}_test_score"] for fold in range(plan.cv)]), epochs


def test_all_folds_go_on_together_and_come_to_the_same_as_the_compiled_passes(tmp_path, monkeypatch):
    compiled, _ = search(replace(PLAN, workers=1), tmp_path / "compiled")
    monkeypatch.setenv("MNIST_LAB_DEVICE", "cpu")

    scores, epochs = search(PLAN, tmp_path / "torch")

    np.testing.assert_allclose(scores, compiled, atol=0.01)
    assert [record.epoch for _, _, record in epochs] == sorted(record.epoch for _, _, record in epochs)
    assert len(epochs) == 4 * 3 * 4


@pytest.mark.usefixtures("on_torch")
def test_what_was_stopped_after_each_epoch_comes_to_the_same(tmp_path):
    whole, _ = search(PLAN, tmp_path / "whole")
    short, epochs = search(replace(PLAN, checkpoint_s=0.0), tmp_path / "short")
    again, told = search(PLAN, tmp_path / "short")

    np.testing.assert_allclose(whole, short, atol=0.01)
    np.testing.assert_array_equal(short, again)
    assert len(epochs) == len(told) == 4 * 3 * 4


@pytest.mark.usefixtures("on_torch")
def test_a_race_trains_each_network_as_far_as_it_is_to_go(tmp_path):
    scores, epochs = search(replace(PLAN, strategy=Strategy.RACE), tmp_path)

    courses = {}
    for number, fold, record in epochs:
        courses.setdefault((number, fold), []).append(record.epoch)
    assert all(course == list(range(1, len(course) + 1)) for course in courses.values())
    assert np.isfinite(scores).any(axis=1).any()
