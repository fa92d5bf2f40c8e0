"""The space that is searched and the recipe: what they hold, what they refuse."""

import json
from dataclasses import replace

import pytest
from sklearn.model_selection import ParameterGrid

from mnist_core.ground.errors import GridError
from mnist_core.network.candidate import Activation, Candidate
from mnist_core.network.grid import PAPER_GRID, PAPER_WINNER, Grid, read_grid
from mnist_core.network.plan import SearchPlan, Strategy
from mnist_core.network.recipe import Recipe

SMALL = {"lr": [0.01], "hidden1": [8, 4], "hidden2": [3], "activation": ["tanh", "relu"]}


def test_the_papers_grid_has_81_candidates_and_405_fits():
    assert PAPER_GRID.n_candidates == len(PAPER_GRID.candidates()) == 81
    assert SearchPlan().n_fits == 405


def test_the_papers_winner_is_a_candidate_of_its_grid():
    assert PAPER_WINNER in PAPER_GRID.candidates()


def test_candidates_come_in_the_order_of_scikit_learn():
    theirs = ParameterGrid(PAPER_GRID.values())
    assert [candidate.params() for candidate in PAPER_GRID.candidates()] == list(theirs)


def test_a_candidate_says_its_name_as_papers_write_it():
    assert str(PAPER_WINNER) == "96-24 Tanh, lr 0.001"
    assert str(replace(PAPER_WINNER, activation=Activation.RELU)) == "96-24 ReLU, lr 0.001"


def test_a_candidate_survives_its_plain_values():
    plain = json.loads(json.dumps(PAPER_WINNER.params()))
    assert Candidate.from_params(plain) == PAPER_WINNER


def test_a_plan_survives_its_plain_values():
    plan = SearchPlan(grid=Grid.from_values(SMALL), recipe=Recipe(max_epochs=7), cv=3, limit=500, workers=2)
    plain = json.loads(json.dumps(plan.values()))
    assert SearchPlan.from_values(plain) == plan


def test_equal_values_of_an_axis_count_once():
    grid = Grid.from_values({**SMALL, "lr": [0.1, 0.1, 0.01], "hidden2": [3, 3]})
    assert grid.lr == (0.1, 0.01)
    assert grid.hidden2 == (3,)


@pytest.mark.parametrize(
    ("axis", "values", "sentence"),
    [
        ("lr", [], "at least one value of lr"),
        ("lr", ["abc"], "lr must be a number, but is 'abc'"),
        ("lr", [0.0], "lr must be above 0"),
        ("lr", [-0.1], "lr must be above 0"),
        ("lr", [11.0], "at most 10"),
        ("lr", [float("nan")], "lr must be a number"),
        ("lr", [True], "lr must be a number"),
        ("lr", 0.1, "lr must be a list"),
        ("hidden1", [0], "hidden1 must be a whole number from 1"),
        ("hidden1", [2.5], "hidden1 must be a whole number"),
        ("hidden2", ["12"], "hidden2 must be a whole number"),
        ("hidden2", [5000], "from 1 to 4096"),
        ("hidden2", "12", "hidden2 must be a list"),
        ("activation", ["softmax"], "one of sigmoid, relu, tanh"),
        ("activation", [], "at least one value of activation"),
    ],
)
def test_a_value_that_no_network_can_have_is_refused_with_its_name(axis, values, sentence):
    with pytest.raises(GridError, match=sentence):
        Grid.from_values({**SMALL, axis: values})


def test_a_grid_that_lacks_an_axis_is_refused_with_its_name():
    with pytest.raises(GridError, match="lacks activation"):
        Grid.from_values({axis: values for axis, values in SMALL.items() if axis != "activation"})


def test_a_grid_with_an_unknown_axis_is_refused_with_its_name():
    with pytest.raises(GridError, match="has dropout"):
        Grid.from_values({**SMALL, "dropout": [0.5]})


def test_a_grid_that_was_not_made_from_values_is_checked_too():
    with pytest.raises(GridError, match="hidden1"):
        replace(PAPER_GRID, hidden1=(0,))


def test_a_batch_is_no_larger_than_the_fused_engine_can_count():
    assert Recipe(batch_size=32_768).batch_size == 32_768
    with pytest.raises(GridError, match="batch_size must be a whole number from 1 to 32768"):
        Recipe(batch_size=32_769)


@pytest.mark.parametrize("name", ["max_epochs", "patience", "batch_size"])
def test_a_recipe_refuses_a_count_below_one(name):
    with pytest.raises(GridError, match=f"{name} must be a whole number from 1"):
        Recipe(**{name: 0})


def test_a_recipe_refuses_a_seed_that_numpy_would_refuse():
    with pytest.raises(GridError, match="seed"):
        Recipe(seed=-1)


def test_a_plan_refuses_no_fold_and_a_race_on_one():
    with pytest.raises(GridError, match="at least 1 fold, but got 0"):
        SearchPlan(cv=0)
    with pytest.raises(GridError, match="A race compares candidates over folds, but there is 1"):
        SearchPlan(cv=1, strategy=Strategy.RACE)


def test_a_plan_refuses_less_than_one_process():
    with pytest.raises(GridError, match="workers"):
        SearchPlan(workers=0)


def test_the_word_paper_stands_for_the_papers_grid():
    assert read_grid("paper") == PAPER_GRID


def test_a_grid_is_read_from_its_file(tmp_path):
    path = tmp_path / "grid.json"
    path.write_text(json.dumps(SMALL), encoding="utf-8")
    assert read_grid(str(path)).values() == SMALL


@pytest.mark.parametrize(
    ("text", "sentence"), [("{", "must be JSON"), ("[1]", "JSON object"), ('{"lr": [0.1]}', "lacks hidden1")]
)
def test_a_grid_file_that_cannot_be_used_is_refused(tmp_path, text, sentence):
    path = tmp_path / "grid.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(GridError, match=sentence):
        read_grid(str(path))


def test_a_grid_file_that_is_absent_is_refused_with_its_name(tmp_path):
    with pytest.raises(GridError, match=r"absent\.json cannot be read: No such file or directory\.$"):
        read_grid(str(tmp_path / "absent.json"))


def test_a_grid_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "grid.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(GridError, match="cannot be read"):
        read_grid(str(path))


def test_a_plan_that_was_stored_before_decay_and_noise_were_known_still_loads():
    plain = SearchPlan().values()
    for name in ("weight_decay", "input_dropout", "input_noise"):
        del plain["recipe"][name]

    assert SearchPlan.from_values(plain) == SearchPlan()


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("weight_decay", -0.1, "weight_decay must be a number from 0 to 1, but is -0.1"),
        ("weight_decay", 2.0, "weight_decay must be a number from 0 to 1"),
        ("input_dropout", 1.0, "input_dropout must be below 1"),
        ("input_noise", float("nan"), "input_noise must be a number from 0 to 10"),
        ("n_classes", 65, "A network tells 1 to 64 classes apart, but the data has 65"),
    ],
)
def test_what_no_network_can_be_trained_with_is_refused_with_its_name(setting, value, sentence):
    with pytest.raises(GridError, match=sentence):
        Recipe(**{setting: value})


def test_a_recipe_is_the_papers_whatever_its_seed_and_classes():
    assert Recipe(seed=3, n_classes=47).name == "paper"
    assert Recipe(weight_decay=1e-4).name == "paper, changed"
