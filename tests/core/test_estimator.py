"""The search and its networks as scikit-learn estimators."""

import numpy as np
import pandas as pd
import pytest
import torch
from digits import make_digits
from sklearn.base import clone
from sklearn.callback import ProgressBar
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, ShuffleSplit, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from mnist_core.engines.fused.alone import train_network
from mnist_core.engines.skorch_classifier import make_classifier
from mnist_core.insight.evaluation import predict
from mnist_core.network.candidate import Activation, Candidate
from mnist_core.network.grid import Grid
from mnist_core.network.plan import SearchPlan
from mnist_core.network.recipe import Recipe
from mnist_core.search.estimators.classifier import NetworkClassifier
from mnist_core.search.estimators.cross_validation import name_search
from mnist_core.search.estimators.grid_search import GridSearch

GRID = {"lr": [0.01, 0.001], "hidden1": [12], "hidden2": [6, 8], "activation": ["tanh"]}
ONE = {"lr": [0.01], "hidden1": [24], "hidden2": [12], "activation": ["tanh"]}
SMALL = {"cv": 2, "max_epochs": 3}

# Each of these gives `fit` 5 images of a label. A fold is left out, and then fewer are left than the 5 parts
# of which one is set aside to tell when to stop: there is nothing to be trained with. What they look for is
# tested below, on more images.
TOO_FEW = "only 5 images of a label, of which a fold is left out: 4 cannot be put into 5 parts"
EXPECTED_FAILURES = {"check_n_features_in_after_fitting": TOO_FEW, "check_estimators_nan_inf": TOO_FEW}


def scores_of(search):
    return np.stack([search.cv_results_[f"split{fold}_test_score"] for fold in range(search.n_splits_)])


@pytest.mark.filterwarnings("ignore:The least populated class")
@parametrize_with_checks(
    [
        NetworkClassifier(24, 12, lr=0.01, max_epochs=100),
        # 6 folds, as one check has 6 images of each label: with fewer folds too few would be left
        GridSearch(ONE, cv=6, max_epochs=100),
    ],
    expected_failed_checks=lambda one: EXPECTED_FAILURES if isinstance(one, GridSearch) else {},
    xfail_strict=True,
)
def test_scikit_learn_finds_an_estimator_as_its_own(estimator, check):
    check(estimator)


@pytest.mark.parametrize("engine", ["fused", "sklearn"])
def test_the_results_are_those_of_grid_search_over_skorch(engine):
    images, labels = make_digits(300)
    columns = images.reshape(300, -1)
    net = make_classifier(Recipe(max_epochs=3), 784, module__hidden1=12, module__activation="tanh")
    theirs = GridSearchCV(net, {"lr": [0.01, 0.001], "module__hidden2": [6, 8]}, cv=2).fit(columns, labels)

    mine = GridSearch(GRID, engine=engine, **SMALL).fit(columns, labels)

    renamed = {key.replace("module__", "") for key in theirs.cv_results_}
    assert set(mine.cv_results_) == renamed | {"param_hidden1", "param_activation"}
    for key, values in theirs.cv_results_.items():
        assert type(mine.cv_results_[key.replace("module__", "")]) is type(values), key
    order = [
        theirs.cv_results_["params"].index({"lr": row["lr"], "module__hidden2": row["hidden2"]})
        for row in mine.cv_results_["params"]
    ]
    # An image more or less, where rounding decides; the reference engine is skorch itself.
    tolerance = 1 / 150 if engine == "fused" else 0
    for key in ("split0_test_score", "split1_test_score", "mean_test_score", "std_test_score"):
        np.testing.assert_allclose(mine.cv_results_[key], theirs.cv_results_[key][order], atol=tolerance)
    assert mine.best_score_ == mine.cv_results_["mean_test_score"].max()
    assert mine.best_params_ == mine.cv_results_["params"][mine.best_index_]
    assert mine.cv_results_["rank_test_score"][mine.best_index_] == 1
    again = make_classifier(
        Recipe(max_epochs=3),
        784,
        lr=mine.best_params_["lr"],
        module__hidden1=12,
        module__hidden2=mine.best_params_["hidden2"],
        module__activation="tanh",
    ).fit(columns, labels)
    np.testing.assert_allclose(mine.predict_proba(columns), again.predict_proba(columns), atol=5e-3)


def test_images_and_their_columns_of_any_numeric_type_give_the_same():
    images, labels = make_digits(200)
    images = np.round(images * 255)

    searches = [
        GridSearch(GRID, **SMALL).fit(X, labels)
        for X in (images, images.reshape(200, 784), images.astype(np.uint8), images.astype(np.float64))
    ]

    for search in searches:
        np.testing.assert_array_equal(scores_of(search), scores_of(searches[0]))
        np.testing.assert_array_equal(search.predict(images), searches[0].predict(images.reshape(200, 784)))
        assert search.n_features_in_ == 784


def test_two_processes_come_to_the_same_as_one():
    images, labels = make_digits(300)

    one = GridSearch(GRID, **SMALL).fit(images, labels)
    two = GridSearch(GRID, **SMALL, n_jobs=2).fit(images, labels)

    np.testing.assert_array_equal(scores_of(one), scores_of(two))
    np.testing.assert_array_equal(one.predict_proba(images), two.predict_proba(images))


def test_a_scaler_may_stand_before_the_search():
    images, labels = make_digits(300)
    columns = images.reshape(300, -1)

    pipeline = make_pipeline(StandardScaler(), GridSearch(ONE, cv=2, max_epochs=20)).fit(columns, labels)

    assert pipeline.score(columns, labels) > 0.9
    reference = make_pipeline(StandardScaler(), GridSearch(ONE, engine="sklearn", cv=2, max_epochs=20))
    reference.fit(columns, labels)
    np.testing.assert_allclose(scores_of(pipeline[-1]), scores_of(reference[-1]), atol=1 / 150)


def test_any_labels_are_read_and_predicted():
    images, labels = make_digits(400)
    images, labels = images[labels < 3], labels[labels < 3]
    names = np.array(["zero", "one", "two"])[labels]

    search = GridSearch(ONE, cv=2, max_epochs=20).fit(images, names)

    assert list(search.classes_) == ["one", "two", "zero"]
    assert search.predict_proba(images).shape == (len(images), 3)
    assert search.best_estimator_.network_.output.out_features == 3
    assert search.score(images, names) > 0.9
    assert search.best_estimator_.score(images, names) == search.score(images, names)


def test_a_search_is_cloned_with_its_parameters_and_without_its_results():
    images, labels = make_digits(200)
    search = GridSearch(Grid.from_values(ONE), **SMALL, random_state=3).fit(images, labels)

    copy = clone(search).set_params(patience=2)

    assert copy.get_params() == {**search.get_params(), "patience": 2}
    assert not hasattr(copy, "cv_results_")
    with pytest.raises(NotFittedError):
        copy.predict(images)


def test_without_refit_there_is_a_ranking_and_nothing_to_predict_with():
    images, labels = make_digits(200)

    search = GridSearch(GRID, **SMALL, refit=False).fit(images, labels)

    assert search.best_params_ in search.cv_results_["params"]
    assert not hasattr(search, "best_estimator_")
    for method in ("predict", "predict_proba", "score"):
        assert not hasattr(search, method)
    with pytest.raises(AttributeError, match="has no attribute 'predict'"):
        search.predict(images)


def test_the_best_estimator_can_be_trained_again_and_comes_to_the_same():
    images, labels = make_digits(300)
    search = GridSearch(GRID, **SMALL, random_state=5).fit(images, labels)

    again = clone(search.best_estimator_).fit(images, labels)

    assert {name: again.get_params()[name] for name in search.best_params_} == search.best_params_
    np.testing.assert_array_equal(again.predict_proba(images), search.predict_proba(images))
    assert len(again.history_) == len(search.best_estimator_.history_) == 3


def test_a_network_that_was_trained_elsewhere_is_wrapped():
    images, labels = make_digits(200)
    candidate, recipe = Candidate(0.01, 24, 12, Activation.RELU), Recipe(max_epochs=3, seed=2)
    network, history = train_network(images, labels, candidate, recipe)

    wrapped = NetworkClassifier.wrap(network, candidate, recipe, history)

    np.testing.assert_array_equal(wrapped.predict_proba(images), predict(network, images))
    np.testing.assert_array_equal(clone(wrapped).fit(images, labels).predict(images), wrapped.predict(images))


def test_a_data_frame_gives_the_winner_its_names():
    images, labels = make_digits(200)
    frame = pd.DataFrame(images.reshape(200, -1)).add_prefix("pixel")

    search = GridSearch(ONE, **SMALL).fit(frame, labels)

    assert search.best_estimator_.feature_names_in_[5] == "pixel5"
    assert search.predict(frame).shape == (200,)


@pytest.mark.parametrize("engine", ["fused", "sklearn"])
def test_every_epoch_and_fit_is_reported(engine):
    images, labels = make_digits(200)
    told = []

    GridSearch(GRID, engine=engine, **SMALL, report=lambda *news: told.append(news)).fit(images, labels)

    epochs = [item for kind, items in told if kind == "epochs" for item in items]
    fits = [item for kind, items in told if kind == "fits" for item in items]
    assert len(epochs) == (4 * 2 + 1) * 3
    assert {(fit["candidate"], fit["fold"]) for fit in fits} == {(c, f) for c in range(4) for f in range(2)}


def test_what_a_report_raises_ends_the_reference_search_too():
    images, labels = make_digits(200)

    def report(kind, items):
        raise KeyError("stop")

    with pytest.raises(KeyError, match="stop"):
        GridSearch(ONE, engine="sklearn", **SMALL, report=report).fit(images, labels)


def test_a_fit_that_was_interrupted_goes_on_from_its_folder(tmp_path):
    images, labels = make_digits(200)
    grid = {**GRID, "activation": ["tanh", "relu"]}
    plain = GridSearch(grid, **SMALL).fit(images, labels)
    folds = []

    def interrupt(kind, items):
        folds.extend(item["fold"] for item in items)
        if 1 in folds:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        GridSearch(grid, **SMALL, checkpoint_folder=tmp_path, report=interrupt).fit(images, labels)
    assert list(tmp_path.rglob("*.safetensors"))
    resumed = GridSearch(grid, **SMALL, checkpoint_folder=tmp_path).fit(images, labels)

    np.testing.assert_array_equal(scores_of(resumed), scores_of(plain))
    np.testing.assert_array_equal(resumed.predict_proba(images), plain.predict_proba(images))


def test_a_folder_of_another_fit_does_no_harm(tmp_path):
    images, labels = make_digits(200)
    GridSearch(GRID, **SMALL, checkpoint_folder=tmp_path).fit(images, labels[::-1])

    search = GridSearch(GRID, **SMALL, checkpoint_folder=tmp_path).fit(images, labels)

    plain = GridSearch(GRID, **SMALL).fit(images, labels)
    np.testing.assert_array_equal(scores_of(search), scores_of(plain))


def test_axes_may_be_arrays():
    images, labels = make_digits(200)
    grid = {**ONE, "lr": np.array([0.01, 0.001]), "hidden1": np.arange(12, 14), "hidden2": [np.int64(6)]}

    search = GridSearch(grid, **SMALL).fit(images, labels)

    assert len(search.cv_results_["params"]) == 4
    assert search.cv_results_["params"][0] == {"lr": 0.01, "hidden1": 12, "hidden2": 6, "activation": "tanh"}


def test_checkpoints_of_before_the_choice_of_weights_are_found_and_not_taken_for_the_best():
    data = np.zeros((2, 4), np.float32), np.arange(2), None
    best = SearchPlan(recipe=Recipe(keep="best"))

    assert name_search(SearchPlan(), *data) == "7d398c17316d129b"
    assert name_search(best, *data) != name_search(SearchPlan(), *data)


@pytest.mark.parametrize("engine", ["fused", "sklearn"])
def test_a_single_part_may_be_held_out(engine):
    images, labels = make_digits(300)
    splits = list(StratifiedKFold(5).split(images, labels))

    once = GridSearch(GRID, engine=engine, cv=1, max_epochs=3).fit(images, labels)

    given = GridSearch(GRID, cv=splits[:1], max_epochs=3).fit(images, labels)
    tolerance = 0 if engine == "fused" else 1 / 60
    np.testing.assert_allclose(scores_of(once), scores_of(given), atol=tolerance)
    assert (once.n_splits_, once.cv_results_["std_test_score"].max()) == (1, 0)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"engine": "fast"}, "must be fused or sklearn"),
        ({"cv": 0}, "at least 1 fold"),
        ({"cv": None}, "whole number of folds"),
        ({"cv": "stratified"}, "whole number of folds"),
        ({"cv": [([0, 1], [])] * 2}, "one has none"),
        ({"scoring": "f1_macro"}, r"GridSearchCV\(NetworkClassifier"),
        ({"scoring": ["accuracy"]}, "scoring must be accuracy"),
        ({"scoring": max}, "scoring must be accuracy"),
        ({"refit": "f1"}, "refit must be True, False"),
        ({"refit": len}, "refit must return the place of a candidate, 0 to 0"),
        ({"error_score": 0.0}, "error_score must be raise"),
        ({"return_train_score": True}, "return_train_score must be False"),
        ({"param_grid": {"lr": [0.1]}}, "lacks hidden1, hidden2, activation"),
        ({"param_grid": [ONE]}, "must be a mapping"),
        ({"param_grid": {**ONE, "lr": 0.1}}, "must be a list"),
        ({"max_epochs": 0}, "max_epochs must be a whole number"),
        ({"engine": "sklearn", "cluster": "tcp://127.0.0.1:1"}, "cluster works for the fused engine only"),
        ({"engine": "sklearn", "checkpoint_folder": "."}, "keeps no checkpoints"),
        ({"cv": 21}, "cannot be greater than the number of members"),
    ],
    ids=str,
)
def test_settings_that_cannot_be_used_are_value_errors(settings, words):
    images, labels = make_digits(200)
    search = GridSearch(ONE, max_epochs=1).set_params(**settings)

    with pytest.raises(ValueError, match=words):
        search.fit(images, labels)


def test_data_that_cannot_be_used_are_value_errors():
    images, labels = make_digits(200)
    search = GridSearch(ONE, **SMALL)

    with pytest.raises(ValueError, match=r"2 to 64 classes to tell apart, but y has 1 class\(es\)"):
        search.fit(images, np.zeros(200))
    with pytest.raises(ValueError, match="but y has 70"):
        search.fit(images, np.arange(200) % 70)
    with pytest.raises(ValueError, match="at most 4 are left"):
        search.fit(images[:80], np.arange(80) // 8 % 10)
    with pytest.raises(ValueError, match="65,536 pixels, but these have 65,537"):
        search.fit(np.zeros((200, 65_537), np.float32), labels)
    with pytest.raises(ValueError, match="Input X contains NaN"):
        search.fit(np.where(images > 0.9, np.nan, images), labels)
    search.fit(images, labels)
    assert search.n_features_in_ == 784
    with pytest.raises(ValueError, match="Input X contains infinity"):
        search.predict(np.where(images > 0.9, np.inf, images))
    with pytest.raises(ValueError, match="X has 196 features, but NetworkClassifier is expecting 784"):
        search.predict(images[:, ::2, ::2])


def test_a_seed_is_drawn_where_none_is_given():
    images, labels = make_digits(200)
    generator = np.random.RandomState(0)

    first, second = (
        NetworkClassifier(12, 6, max_epochs=1, random_state=generator).fit(images, labels) for _ in range(2)
    )

    weights = [one.network_.hidden1.weight for one in (first, second)]
    assert not torch.equal(*weights)


@pytest.mark.parametrize("engine", ["fused", "sklearn"])
def test_splits_are_those_that_scikit_learn_would_take(engine):
    images, labels = make_digits(200)
    splitter = ShuffleSplit(3, test_size=0.2, random_state=1)
    places = list(splitter.split(images))
    masks = [tuple(np.isin(np.arange(200), part) for part in split) for split in places]
    theirs = GridSearchCV(NetworkClassifier(12, max_epochs=2), {"hidden2": [6, 8]}, cv=splitter, refit=False)
    theirs.fit(images.reshape(200, -1), labels)
    grid = {"lr": [0.001], "hidden1": [12], "hidden2": [6, 8], "activation": ["tanh"]}

    for cv in (splitter, iter(places), masks):
        mine = GridSearch(grid, engine=engine, cv=cv, max_epochs=2, refit=False).fit(images, labels)

        assert mine.n_splits_ == 3
        expected = np.stack([theirs.cv_results_[f"split{fold}_test_score"] for fold in range(3)])
        np.testing.assert_allclose(scores_of(mine), expected, atol=1.01 / 40)


def test_a_splitter_that_cuts_as_the_search_does_comes_to_the_same(tmp_path):
    images, labels = make_digits(200)

    plain = GridSearch(ONE, **SMALL, checkpoint_folder=tmp_path).fit(images, labels)
    split = GridSearch(ONE, cv=StratifiedKFold(2), max_epochs=3, checkpoint_folder=tmp_path)

    np.testing.assert_array_equal(scores_of(split.fit(images, labels)), scores_of(plain))
    assert len(list(tmp_path.iterdir())) == 2


def test_the_best_candidate_may_be_chosen_by_a_function():
    images, labels = make_digits(200)

    search = GridSearch(GRID, **SMALL, refit=lambda found: int(found["mean_test_score"].argmin()))
    search.fit(images, labels)

    assert search.best_score_ == search.cv_results_["mean_test_score"].min()
    assert search.best_estimator_.lr == search.best_params_["lr"]


def test_settings_that_say_what_is_done_anyway_are_taken(capsys):
    images, labels = make_digits(200)

    GridSearch(ONE, **SMALL, scoring="accuracy", refit="accuracy", verbose=2).fit(images, labels)

    first, *lines = capsys.readouterr().out.splitlines()
    assert first == "Fitting 2 folds for each of 1 candidates, totalling 2 fits"
    assert sorted(line[: line.index("=")] for line in lines) == [
        f"[CV {fold}/2] 24-12 Tanh, lr 0.01: score" for fold in (1, 2)
    ]


class TaskLog:
    def __init__(self):
        self.ended = []

    def setup(self, estimator, context):
        self.ended.append("setup")

    def teardown(self, estimator, context):
        self.ended.append("teardown")

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context):
        self.ended.append((context.task_name, context.task_id))


@pytest.mark.parametrize("engine", ["fused", "sklearn"])
def test_callbacks_of_scikit_learn_are_told_of_each_fit(engine, tmp_path):
    images, labels = make_digits(200)
    log = TaskLog()
    folder = tmp_path if engine == "fused" else None
    search = GridSearch(GRID, engine=engine, **SMALL, checkpoint_folder=folder).fit(images, labels)

    search.set_callbacks(log).fit(images, labels)  # where there is a folder, all was done before

    fits = [("candidate-split-evaluation", number) for number in range(8)]
    assert sorted(log.ended[1:9]) == fits
    assert log.ended[0] == "setup"
    assert log.ended[9:] == [("search", 0), ("refit-with-best-params", 1), ("fit", 0), "teardown"]


def test_progress_is_shown_by_scikit_learn(capsys):
    pytest.importorskip("rich")
    images, labels = make_digits(200)

    GridSearch(ONE, **SMALL).set_callbacks(ProgressBar()).fit(images, labels)

    assert "GridSearch - search" in capsys.readouterr().out


def test_scikit_learn_searches_over_depths_and_optimizers():
    images, labels = make_digits(150)
    grid = {"hidden": [(24,), (24, 12)], "optimizer": ["adam", "sgd"]}

    theirs = GridSearchCV(NetworkClassifier(max_epochs=2), grid, cv=2, error_score="raise")
    theirs.fit(images.reshape(150, -1), labels)

    assert len(theirs.cv_results_["params"]) == 4
    assert theirs.best_estimator_.hidden == theirs.best_params_["hidden"]
    assert len(theirs.best_estimator_.network_.hidden_names) == len(theirs.best_params_["hidden"])
