"""The search against scikit-learn over plain skorch."""

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest
import torch
from digits import make_digits
from sklearn.model_selection import GridSearchCV
from skorch import NeuralNetClassifier
from skorch.callbacks import EarlyStopping
from torch import nn

from mnist_core.data.dataset import Origin, make_dataset
from mnist_core.ground.errors import DataError
from mnist_core.network.architecture import MLP
from mnist_core.network.candidate import Activation
from mnist_core.network.grid import Grid
from mnist_core.network.plan import Engine, SearchPlan
from mnist_core.network.recipe import Recipe
from mnist_core.search.check import check_plan
from mnist_core.search.checkpoints import Checkpoints
from mnist_core.search.fast import open_fast_engine
from mnist_core.search.messages import MessageListener
from mnist_core.search.order import SearchOrder
from mnist_core.search.reference import ReferenceEngine
from mnist_core.search.results import write_results
from mnist_core.search.rounds import Source

GRID = Grid((0.01, 0.001), (12,), (6, 8), (Activation.TANH,))
PLAN = SearchPlan(GRID, Recipe(max_epochs=3), cv=2, workers=2)
REFERENCE = replace(PLAN, engine=Engine.SKLEARN)


class SeededNet(NeuralNetClassifier):
    def initialize(self):
        torch.manual_seed(0)
        return super().initialize()


def search(images, labels, plan, folder):
    told = []
    with MessageListener(told.append) as sender:
        if plan.engine is Engine.SKLEARN:
            found = ReferenceEngine(plan, images, labels, sender, folder).search()
        else:
            source, checkpoints = Source(images, labels), Checkpoints(folder / "checkpoints")
            with open_fast_engine(source, plan, checkpoints, sender.send, folder) as engine:
                found = engine.search()
    return found, told


def test_scores_are_those_of_grid_search_over_plain_skorch(tmp_path):
    images, labels = make_digits(400)
    net = SeededNet(
        MLP,
        criterion=nn.CrossEntropyLoss,
        optimizer=torch.optim.Adam,
        batch_size=128,
        max_epochs=3,
        callbacks=[EarlyStopping(patience=3)],
        module__hidden1=12,
        module__activation="tanh",
        verbose=0,
    )
    plain = GridSearchCV(net, {"lr": [0.01, 0.001], "module__hidden2": [6, 8]}, cv=2, refit=False)
    plain.fit(images.reshape(400, -1), labels)

    found, _ = search(images, labels, REFERENCE, tmp_path)

    by_params = {
        (row["lr"], row["module__hidden2"]): score
        for row, score in zip(plain.cv_results_["params"], plain.cv_results_["mean_test_score"], strict=True)
    }
    candidates = PLAN.grid.candidates()
    for candidate, score in zip(candidates, found.cv_results["mean_test_score"], strict=True):
        assert score == by_params[candidate.lr, candidate.hidden2], candidate


def test_both_engines_give_the_same_table(tmp_path):
    images, labels = make_digits(600)

    fused, _ = search(images, labels, PLAN, tmp_path)
    reference, _ = search(images, labels, REFERENCE, tmp_path)

    assert fused.cv_results.keys() == reference.cv_results.keys()
    assert fused.cv_results["params"] == reference.cv_results["params"]
    for key in ("split0_test_score", "split1_test_score"):
        np.testing.assert_allclose(fused.cv_results[key], reference.cv_results[key], atol=1 / 300)


def test_both_engines_measure_and_retrain_the_best_weights_where_these_are_kept(tmp_path):
    images, labels = make_digits(600)
    rng = np.random.default_rng(0)
    labels = np.where(rng.random(600) < 0.7, rng.permutation(labels), labels)  # learned by heart at once
    lasting = replace(
        PLAN, workers=1, grid=replace(GRID, lr=(0.03,), hidden2=(6,)), recipe=Recipe(patience=6)
    )
    plans = [replace(lasting, recipe=Recipe(patience=6, keep="best")), lasting]

    (fused, weights), (last, last_weights) = (_measure_first(images, labels, one, tmp_path) for one in plans)

    reference, expected = _measure_first(images, labels, replace(plans[0], engine=Engine.SKLEARN), tmp_path)
    np.testing.assert_allclose(fused, reference, atol=3 / 300)
    assert np.abs(fused - last).max() > 3 / 300
    difference = np.abs(weights - expected).max()
    assert difference < np.abs(weights - last_weights).max() / 10


def _measure_first(images, labels, plan, folder):
    """Return the scores of a plan's first candidate, and weights of it as it is retrained."""
    with MessageListener(lambda _: None) as sender, TemporaryDirectory(dir=folder) as temp:
        if plan.engine is Engine.SKLEARN:
            engine = nullcontext(ReferenceEngine(plan, images, labels, sender, Path(temp)))
        else:
            source, checkpoints = Source(images, labels), Checkpoints(Path(temp) / "checkpoints")
            engine = open_fast_engine(source, plan, checkpoints, sender.send, Path(temp))
        with engine as opened:
            found = opened.search().cv_results
            network, _ = opened.train(0)
    scores = np.array([found["split0_test_score"][0], found["split1_test_score"][0]])
    return scores, network.hidden1.weight.detach().numpy()


@pytest.mark.parametrize("plan", [PLAN, REFERENCE], ids=["fused", "sklearn"])
def test_every_epoch_and_every_score_of_every_fit_is_told(tmp_path, plan):
    images, labels = make_digits(400)

    found, told = search(images, labels, plan, tmp_path)

    epochs = {(c, f, record.epoch) for records in told for c, f, record in records.epochs}
    assert epochs == {(c, f, e) for c in range(4) for f in range(2) for e in (1, 2, 3)}
    scores = {(c, f): score for records in told for c, f, score in records.scores}
    for fold in range(2):
        expected = found.cv_results[f"split{fold}_test_score"]
        np.testing.assert_array_equal([scores[c, fold] for c in range(4)], expected)


def test_the_results_table_has_scikit_learns_columns(tmp_path):
    images, labels = make_digits(300)
    found, _ = search(images, labels, PLAN, tmp_path)

    write_results(found, tmp_path / "deep" / "results.csv")

    table = pd.read_csv(tmp_path / "deep" / "results.csv")
    assert len(table) == 4
    assert {"param_lr", "split0_test_score", "mean_test_score", "std_test_score", "rank_test_score"} <= set(
        table
    )


def test_data_with_too_few_images_of_a_digit_are_refused_before_any_fit():
    dataset = make_dataset("few", *make_digits(60), Origin("test", (), (0.0, 1.0)))

    with pytest.raises(DataError, match="Training needs at least 10 images of each digit"):
        check_plan(PLAN, dataset)


def test_a_job_survives_its_way_to_another_process(tmp_path):
    with MessageListener(print) as sender:
        order = SearchOrder(PLAN, "abc", *(tmp_path / name for name in "dmrct"), sender=sender)

        assert SearchOrder.read(order.write()) == order
