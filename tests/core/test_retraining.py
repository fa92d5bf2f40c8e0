"""Learning curves and suspected labels, against what is known, and as jobs that can be stopped."""

import itertools
from dataclasses import replace
from threading import Event

import numpy as np
import pytest
from digits import make_digits, take_digits
from trained import make_dataset, make_model

from mnist_core.data.dataset import DIGITS, Dataset, Origin, compute_fingerprint, split_dataset
from mnist_core.data.kept import keep_dataset
from mnist_core.ground.errors import DataError, RunStoppedError
from mnist_core.ground.settings import SHIPPED_MODELS, Settings
from mnist_core.network.candidate import Activation, Candidate
from mnist_core.network.grid import PAPER_WINNER
from mnist_core.network.models import load_model
from mnist_core.network.recipe import Recipe
from mnist_core.store import Database, WorkState, claim, request_resume
from mnist_core.store.job import Turn
from mnist_core.training.retraining.label_errors import find_suspects, read_out_of_fold
from mnist_core.training.retraining.learning_curve import (
    Trial,
    check_sizes,
    choose_recipe,
    choose_sizes,
    find_gain,
    grow,
    order_evenly,
    sum_up,
)
from mnist_core.training.retraining.studies import (
    GROWTH,
    LABELS,
    add_study,
    plan_growth,
    plan_labels,
    read_trials,
)
from mnist_core.work.supervisor import carry_out_work

SMALL = Candidate(0.01, 12, 8, Activation.TANH)
QUICK = Recipe(max_epochs=2)


@pytest.fixture
def store(tmp_path):
    opened = Database(f"sqlite:///{tmp_path / 'lab.db'}")
    yield opened
    opened.close()


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path, database=f"sqlite:///{tmp_path / 'lab.db'}")


def take_dataset(n):
    images, labels = take_digits(n)
    origin = Origin("test", (), (0.0, 1.0))
    return Dataset("real.mat", images, labels, compute_fingerprint(images, labels), origin)


def test_sizes_about_double_from_a_hundred_to_all():
    assert choose_sizes(50_000) == (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
    assert choose_sizes(4_166) == (100, 200, 500, 1_000, 2_000, 4_166)
    assert choose_sizes(80) == (80,)


def test_each_beginning_of_an_even_order_has_the_classes_in_the_shares_of_the_whole():
    labels = np.repeat(np.arange(3), (700, 200, 100))

    order = order_evenly(labels, seed=1)

    assert sorted(order) == list(range(1_000))
    for size in (10, 100, 550):
        np.testing.assert_allclose(
            np.bincount(labels[order[:size]], minlength=3), [0.7 * size, 0.2 * size, 0.1 * size], atol=1
        )
    assert not np.array_equal(order, order_evenly(labels, seed=2))
    np.testing.assert_array_equal(order, order_evenly(labels, seed=1))


def test_more_images_are_read_better_and_each_network_is_measured_on_all_held_out_images():
    dataset = take_dataset(1_200)
    split = split_dataset(dataset)

    trials = list(grow(dataset, split, PAPER_WINNER, Recipe(), (100, 1_000), n_seeds=3))

    assert [(one.seed, one.size) for one in trials] == list(itertools.product(range(3), (100, 1_000)))
    assert {one.n for one in trials} == {200}
    few, many = sum_up(trials)
    assert many.accuracy_from > few.accuracy_to
    assert (few.n_networks, many.n_networks) == (3, 3)
    assert few.lowest <= few.accuracy <= few.highest


def test_what_was_done_is_not_done_again_and_the_rest_is_the_same():
    dataset = make_dataset(300)
    split = split_dataset(dataset)
    every = list(grow(dataset, split, SMALL, QUICK, (60, 120), n_seeds=2))

    rest = list(grow(dataset, split, SMALL, QUICK, (60, 120), n_seeds=2, done=every[:3]))

    assert rest == every[3:]


def test_a_look_that_raises_ends_the_work():
    dataset = make_dataset(300)

    def look():
        raise RunStoppedError("enough")

    with pytest.raises(RunStoppedError):
        next(grow(dataset, split_dataset(dataset), SMALL, QUICK, (60,), look=look))
    with pytest.raises(RunStoppedError):
        read_out_of_fold(dataset.images, dataset.labels, SMALL, QUICK, look=look)


def test_the_interval_holds_the_true_mean_about_19_times_in_20():
    rng = np.random.default_rng(0)
    n_held = 0
    for _ in range(200):
        # the held-out images are a draw, and each network is a little better or worse than the others
        skill = np.clip(0.9 + rng.normal(0, 0.01, 5), 0, 1) + rng.normal(0, np.sqrt(0.09 / 1_000))
        [point] = sum_up(Trial(100, seed, 1_000, round(1_000 * share), 1) for seed, share in enumerate(skill))
        n_held += point.accuracy_from <= 0.9 <= point.accuracy_to

    assert n_held >= 184  # of 190 expected; wider than need be, as two chances are added


def test_one_network_has_the_interval_of_the_held_out_images_alone():
    [point] = sum_up([Trial(100, 0, 400, 360, 1)])

    reach = 1.96 * np.sqrt(0.9 * 0.1 / 400)
    assert (point.accuracy_from, point.accuracy_to) == pytest.approx((0.9 - reach, 0.9 + reach), abs=1e-4)


def test_the_gain_is_that_of_the_last_doubling():
    curve = sum_up([Trial(size, 0, 100, right, 1) for size, right in ((100, 70), (400, 80), (800, 84))])

    assert find_gain(curve) == pytest.approx(0.04)
    assert find_gain(curve[:2]) == pytest.approx(0.05)  # half of the way on the logarithm
    assert find_gain(curve[:1]) is None


@pytest.mark.parametrize(
    ("sizes", "n_seeds", "words"),
    [((60, 900), 1, "go from 1 to the 500"), ((9,), 1, "at least 5"), ((60,), 0, "1 to 100 seeds")],
)
def test_sizes_that_cannot_be_trained_are_refused(sizes, n_seeds, words):
    with pytest.raises(DataError, match=words):
        check_sizes(make_digits(500)[1], sizes, n_seeds, Recipe())


def test_a_robust_model_is_trained_anew_by_the_papers_recipe():
    assert choose_recipe(load_model(SHIPPED_MODELS / "robust").info) == Recipe()
    assert choose_recipe(load_model(SHIPPED_MODELS / "paper").info) == Recipe()


def test_most_labels_that_were_flipped_are_found_and_the_least_likely_are_hardly_ever_right():
    images, labels = take_digits(3_000)
    rng = np.random.default_rng(0)
    flipped = rng.choice(3_000, 150, replace=False)
    given = labels.copy()
    given[flipped] = (labels[flipped] + rng.integers(1, 10, 150)) % 10

    suspects = find_suspects(given, read_out_of_fold(images, given, PAPER_WINNER, Recipe()))

    is_flipped = np.isin([one.index for one in suspects], flipped)
    assert is_flipped.sum() / 150 > 0.8  # recall
    assert is_flipped.mean() > 0.5  # precision, of networks that read 93 % of such digits
    assert is_flipped[:75].mean() > 0.95
    found = [one for one in suspects if one.index in flipped]
    assert np.mean([one.suggested == labels[one.index] for one in found]) > 0.9
    scores = [one.score for one in suspects]
    assert scores == sorted(scores)


def test_each_image_is_read_by_networks_that_were_trained_on_others():
    labels = make_digits(200)[1]
    noise = np.random.default_rng(0).random((200, 28, 28)).astype(np.float32)

    read = read_out_of_fold(noise, labels, SMALL, Recipe(max_epochs=40, patience=40))

    assert (read.argmax(axis=1) == labels).mean() < 0.25  # nothing can be learned but by heart
    np.testing.assert_allclose(read.sum(axis=1), 1, rtol=1e-5)


def test_labels_that_are_all_right_raise_no_suspicion():
    images, labels = make_digits(300)

    assert find_suspects(labels, read_out_of_fold(images, labels, SMALL, Recipe())) == []


def test_classes_without_images_are_no_trouble():
    images, labels = make_digits(400)
    some = (labels > 1) & (labels < 7)
    given = labels[some].copy()
    given[5] = 2 if given[5] == 3 else 3

    [found] = find_suspects(given, read_out_of_fold(images[some], given, SMALL, Recipe()))

    assert (found.index, found.suggested) == (5, labels[some][5])


def test_a_single_class_raises_no_suspicion():
    assert find_suspects(np.full(3, 4), np.full((3, 10), 0.1, np.float32)) == []


@pytest.mark.parametrize(("folds", "networks"), [(1, 1), (5, 0)])
def test_counts_that_cannot_be_used_are_refused(folds, networks):
    images, labels = make_digits(300)

    with pytest.raises(DataError, match="at least 2 parts and 1 network"):
        read_out_of_fold(images, labels, SMALL, QUICK, n_folds=folds, n_networks=networks)


def test_a_learning_curve_is_a_job_that_is_stopped_and_goes_on(store, settings, tmp_path):
    dataset = keep_dataset(make_dataset(300), settings.datasets_folder)
    planned = plan_growth(make_model(tmp_path / "small", dataset).info, dataset)
    job_id = add_study(store, GROWTH, planned | {"sizes": [60, 120], "n_seeds": 2}, dataset)
    stop = Event()
    stop.set()

    stopped = carry_out_work(store, claim(store, job_id), settings, Turn(stop))
    assert stopped.state is not WorkState.DONE
    if not stopped.is_waiting:
        request_resume(store, job_id)
    done = carry_out_work(store, claim(store, job_id), settings)

    assert (done.state, done.progress) == (WorkState.DONE, 1.0)
    trials = read_trials(settings.runs_folder / job_id)
    assert done.outcome == {"trials": [vars(trial) for trial in trials]}
    assert [(one.seed, one.size) for one in trials] == [(0, 60), (0, 120), (1, 60), (1, 120)]


@pytest.mark.parametrize("text", ["", "[{", "[3]", '[{"seed": 0}]'])
def test_trainings_in_a_damaged_file_are_done_anew(tmp_path, text):
    (tmp_path / "trials.json").write_text(text)

    assert read_trials(tmp_path) == []


def test_a_check_of_labels_is_a_job(store, settings):
    images, labels = make_digits(300)
    given = labels.copy()
    given[7] = (labels[7] + 1) % 10
    dataset = Dataset("flipped", images, given, compute_fingerprint(images, given), make_dataset(20).origin)
    job_id = add_study(store, LABELS, plan_labels(dataset), keep_dataset(dataset, settings.datasets_folder))

    done = carry_out_work(store, claim(store, job_id), settings)

    assert done.state is WorkState.DONE
    assert [one["index"] for one in done.outcome["suspects"]] == [7]
    assert done.outcome["suspects"][0]["suggested"] == labels[7]
    assert (done.outcome["n"], done.outcome["n_suspects"]) == (300, 1)


def test_data_without_labels_or_with_few_images_is_refused():
    dataset = make_dataset(300)

    with pytest.raises(DataError, match="has no labels"):
        plan_labels(replace(dataset, known_labels=None))
    with pytest.raises(DataError, match="images of each digit"):
        plan_labels(replace(dataset, images=dataset.images[:30], known_labels=dataset.labels[:30]))
    assert dataset.class_names == DIGITS
