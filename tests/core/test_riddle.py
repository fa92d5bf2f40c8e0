"""The riddle: its score, the plan of the study, a small study, and the one that comes with the lab."""

import json
from dataclasses import replace

import numpy as np
import pytest
from digits import make_digits, take_digits, write_mat

from mnist_core.cli import main
from mnist_core.data.dataset import Origin, make_dataset, split_dataset
from mnist_core.ground.errors import GridError
from mnist_core.ground.settings import SHIPPED_MODELS
from mnist_core.insight.fields import receptive_fields
from mnist_core.insight.fields.likeness import DIGIT_LIKE, average_digits, digit_likeness, score_fields
from mnist_core.network.models import load_model
from mnist_core.network.recipe import Recipe
from mnist_core.training.riddle.answer import (
    Step,
    calibrate,
    find_level,
    group_factors,
    group_levels,
    list_levels,
    share_read,
)
from mnist_core.training.riddle.design import FACTORS, GRID, NULL, PAPER, plan_study
from mnist_core.training.riddle.linear import score_linear
from mnist_core.training.riddle.networks_table import Row, read_rows, write_rows
from mnist_core.training.riddle.result import read_result, save_result
from mnist_core.training.riddle.study import carry_out, read_ink

MODELS = {name: load_model(SHIPPED_MODELS / name) for name in ("paper", "legible")}


@pytest.fixture(scope="module")
def means():
    return average_digits(*take_digits(1000), shuffles=100)


@pytest.fixture(scope="module")
def study():
    images, labels = take_digits(300)
    dataset = make_dataset("digits", images, labels, Origin("test", (), (0.0, 1.0)))
    kinds = plan_study(24, Recipe(max_epochs=3))
    return carry_out(dataset, split_dataset(dataset), kinds, [].append)


def make_row(factor, score, accuracy=0.9, level=""):
    own, read = (score,) * 10, (*range(9), 0)
    return Row(factor, level, 0, "96-24 Tanh, lr 0.001", 5, 0.9, accuracy, score, 0.01, own, read, read)


def test_the_score_is_the_mean_correlation_of_each_field_with_its_own_digit(means):
    fields = receptive_fields(MODELS["paper"].network, "output")

    found = score_fields(fields, means)

    np.testing.assert_allclose(found.own, digit_likeness(fields, means, is_output=True).own)
    assert found.score == pytest.approx(found.own.mean())


def test_mean_digits_score_1_and_beyond_both_kinds_of_chance(means):
    found = score_fields(means.means - means.means.mean(axis=0), means)

    assert found.score == pytest.approx(1.0)
    assert found.score >= DIGIT_LIKE
    assert found.p == pytest.approx(1 / 101)


def test_mean_digits_in_another_order_are_no_digits(means):
    found = score_fields(np.roll(means.means - means.means.mean(axis=0), 1, axis=0), means)

    assert found.score < DIGIT_LIKE
    assert found.p > 0.5


def test_noise_scores_as_chance_does(means):
    noise = np.random.default_rng(3).normal(size=(10, 28, 28)).astype(np.float32)

    found = score_fields(noise, means)

    assert abs(found.score) < 0.1
    assert found.p > 0.05


def test_the_shipped_legible_model_is_digit_like_and_the_papers_is_not(means):
    scores = {
        name: score_fields(receptive_fields(model.network, "output"), means) for name, model in MODELS.items()
    }

    assert scores["legible"].score >= DIGIT_LIKE
    assert scores["paper"].score < DIGIT_LIKE


def test_the_shipped_legible_model_loses_at_most_half_a_point():
    accuracies = {name: model.info.test.accuracy for name, model in MODELS.items()}

    assert accuracies["legible"] >= accuracies["paper"] - 0.005
    assert MODELS["legible"].info.recipe_name == "legible"
    assert MODELS["legible"].info.data == MODELS["paper"].info.data


def test_another_network_reads_mean_digits_as_their_digits(means):
    assert read_ink(MODELS["paper"].network, means.means)[:2] == [0, 1]


def test_a_linear_map_comes_nearer_to_the_mean_digits_the_more_noise(means):
    scores = list(score_linear(*take_digits(1000), means).values())

    assert scores == sorted(scores)
    assert scores[-1] > 0.95


@pytest.mark.parametrize("networks", [10, 24, 200, 320])
def test_a_plan_has_as_many_networks_as_are_asked_for(networks):
    assert len(plan_study(networks)) == networks


def test_the_usual_plan_has_60_of_the_papers_recipe_its_whole_grid_and_every_factor():
    kinds = plan_study()

    of = {factor: [kind for kind in kinds if kind.factor == factor] for factor in (PAPER, GRID, NULL)}
    assert len({kind.recipe.seed for kind in of[PAPER]}) >= 60
    assert len({kind.candidate for kind in of[GRID]}) == 81
    assert {kind.factor for kind in kinds} == {PAPER, GRID, NULL, *FACTORS}
    assert all(kind.is_shuffled for kind in of[NULL])
    assert len({(kind.factor, kind.level, kind.recipe.seed, kind.candidate) for kind in kinds}) == len(kinds)


def test_too_few_networks_are_refused():
    with pytest.raises(GridError, match="at least 10 networks, but 9"):
        plan_study(9)


def test_a_small_study_measures_each_network_in_the_order_of_no_other(study):
    assert len(study.rows) == 24
    assert {row.factor for row in study.rows} >= {PAPER, GRID, NULL}
    for row in study.rows:
        assert row.score == pytest.approx(np.mean(row.own), abs=1e-3)
        assert len(row.read_by_itself) == len(row.read_by_reader) == 10
    assert study.pictures[PAPER, "least"].shape == (10, 28, 28)


def test_a_study_is_saved_and_read_again(study, tmp_path):
    save_result(study, {"data": "digits"}, tmp_path)

    result = read_result(tmp_path)

    assert result.rows == study.rows
    assert result.facts["data"] == "digits"
    fields = study.pictures[PAPER, "most"]
    scaled = fields / np.abs(fields).max(axis=(1, 2), keepdims=True)
    np.testing.assert_allclose(result.pictures[PAPER, "most"], scaled, atol=0.5 / 127 + 1e-6)


def test_rows_survive_their_table():
    rows = [make_row("a", 0.5), replace(make_row("b", 0.1), read_by_reader=())]

    assert read_rows(write_rows(rows)) == rows


def test_levels_count_who_is_digit_like_and_what_accuracy_they_lose():
    rows = [make_row(PAPER, 0.2, 0.97), make_row(PAPER, 0.3, 0.96)]
    rows += [make_row("x", DIGIT_LIKE, 0.95, "1"), make_row("x", DIGIT_LIKE - 0.01, 0.95, "1")]

    paper, changed = list_levels(rows)

    assert (paper.n_like, changed.n_like, changed.share) == (0, 1, 0.5)
    assert changed.lost.value == pytest.approx(0.015)
    assert changed.lost.interval == pytest.approx((0.01, 0.02))
    assert paper.score.interval == pytest.approx((0.2, 0.3))


def test_calibration_counts_fields_that_another_network_reads_by_their_score():
    (step,) = calibrate([make_row(PAPER, 0.62)])

    assert (step.n, step.n_read) == (10, 9)
    assert step.low == pytest.approx(0.6)


def test_the_built_in_study_holds_what_the_page_tells():
    result = read_result()

    assert len(result.rows) == result.facts["networks"] >= 200
    assert sum(row.factor == PAPER for row in result.rows) >= 60
    assert {factor for factor, _ in result.pictures} == {PAPER, NULL, *FACTORS}


def test_of_fields_of_the_built_in_study_another_network_reads_most_from_the_threshold_on_and_few_below():
    steps = calibrate(read_result().rows)

    above, below = (
        [step for step in steps if (step.low > DIGIT_LIKE - 0.01) is is_above] for is_above in (True, False)
    )
    assert sum(step.n_read for step in above) > 0.85 * sum(step.n for step in above)
    assert sum(step.n_read for step in below) < 0.5 * sum(step.n for step in below)


def test_the_command_tells_figures_and_writes_files(tmp_path, capsys):
    path = write_mat(tmp_path / "digits.mat", *make_digits(240))
    words = ["--networks", "10", "--max-epochs", "2", "--out", str(tmp_path / "out"), "--json"]

    assert main(["riddle", "--data", str(path), *words]) == 0

    document = json.loads(capsys.readouterr().out)
    assert document["networks"] == 10
    assert document["by_chance"]["n"] == 2
    assert {level["factor"] for level in document["levels"]} >= {PAPER, GRID, NULL}
    assert len(read_result(tmp_path / "out").rows) == 10


def test_networks_are_grouped_by_factor_without_those_of_shuffled_labels_and_by_level_behind_the_papers():
    rows = [
        make_row(PAPER, 0.2),
        make_row("input noise", 0.6, level="0.6"),
        make_row(NULL, 0.0),
        make_row("input noise", 0.4, level="0.3"),
    ]

    assert {name: len(group) for name, group in group_factors(rows).items()} == {PAPER: 1, "input noise": 2}
    assert list(group_levels(rows, "input noise")) == [PAPER, "input noise 0.6", "input noise 0.3"]
    assert find_level(list_levels(rows), "input noise", "0.3").score.value == 0.4


def test_the_share_that_is_read_is_told_for_fields_that_look_like_digits_and_for_the_others():
    steps = [Step(0.1, 10, 1), Step(DIGIT_LIKE - 0.1, 10, 2), Step(DIGIT_LIKE, 4, 3), Step(0.9, 4, 4)]

    assert share_read(steps, is_like=True) == 7 / 8
    assert share_read(steps, is_like=False) == 3 / 20
