"""The referee: right gradients are right at any precision, and mistakes are named."""

from pathlib import Path

import numpy as np
import pytest
from commands import call, call_json
from scipy.io import loadmat, savemat

from benchmarks.referee import (
    LEAST_NAMED,
    MISTAKES,
    N_RIGHT,
    Answers,
    answer,
    judge_right,
    make_batch,
    name_mistakes,
    referee,
)
from mnist_core.data.layouts import read_or_sample
from mnist_core.insight.referee.batch import Batch, read_batch
from mnist_core.network.candidate import Activation


@pytest.fixture(scope="module")
def batch() -> Batch:
    return make_batch(read_or_sample(), 0, Activation.TANH, (24, 12))


@pytest.fixture(scope="module")
def right(batch: Batch) -> Answers:
    return answer(batch)


@pytest.mark.slow
def test_mistakes_are_named() -> None:
    named = name_mistakes(read_or_sample(), range(len(MISTAKES)))

    assert len(MISTAKES) == 20
    assert sum(is_named for _, _, is_named in named) >= LEAST_NAMED, named


def test_some_mistakes_are_named() -> None:
    named = name_mistakes(read_or_sample(), (1, 6, 11, 15, 19))

    assert [title for title, _, is_named in named if not is_named] == []


@pytest.mark.parametrize("seed", range(0, 32, 9))
def test_a_right_answer_is_not_called_wrong(seed: int) -> None:
    assert judge_right(read_or_sample(), seed).agrees


@pytest.mark.slow
def test_no_right_answer_of_two_hundred_is_called_wrong() -> None:
    assert [seed for seed in range(N_RIGHT) if not judge_right(read_or_sample(), seed).agrees] == []


def test_digits_say_how_far_it_is_right(batch: Batch, right: Answers) -> None:
    rounded = {name: value.astype(np.float32) for name, value in right.items()}

    assert referee(batch, right).layers[0].digits >= 12
    assert 5 <= referee(batch, rounded).layers[0].digits <= 8


def test_the_layer_above_a_mistake_is_right(batch: Batch, right: Answers) -> None:
    verdict = referee(batch, right | {"dW1": right["dW1"] * 2})

    assert [layer.agrees for layer in verdict.layers] == [False, True, True]
    assert verdict.layers[0].mistake == "it is twice too large"


def test_what_no_mistake_explains_is_told_in_figures(batch: Batch, right: Answers) -> None:
    noise = np.random.default_rng(0).normal(0, np.abs(right["dW1"]).max(), right["dW1"].shape)

    assert "no known mistake explains it" in str(referee(batch, right | {"dW1": noise}).layers[0].mistake)


@pytest.mark.parametrize("suffix", [".mat", pytest.param(".npz", marks=pytest.mark.slow)])
def test_a_batch_is_given_and_gradients_of_it_are_taken(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"batch{suffix}"
    said = call_json(tmp_path, "check", "legible", "--give", path, "--images", 20)
    given = loadmat(path) if suffix == ".mat" else np.load(path)
    held = read_batch({name: given[name] for name in given if not name.startswith("__")})
    mine = answer(held)
    savemat(tmp_path / "mine.mat", mine)
    savemat(tmp_path / "sum.mat", {name: value * 20 for name, value in mine.items()})

    assert said["n"] == held.n == 20
    judged = call_json(tmp_path, "check", tmp_path / "mine.mat", "--data", path)
    assert judged["agrees"]
    assert {"name", "agrees", "digits", "mistake"} <= set(judged["layers"][0])
    wrong = call_json(tmp_path, "check", path, tmp_path / "sum.mat")
    assert {layer["mistake"] for layer in wrong["layers"]} == {"it is not divided by the number of images"}
    (below := dict(mine))["dW2"] = -mine["dW2"]
    below["dW1"] = mine["dW1"] * 2
    savemat(tmp_path / "below.mat", below)
    assert "Mend hidden2 first" in call(tmp_path, "check", path, tmp_path / "below.mat").stdout
    # The batch that would be given now is the same, where the model is named in its place.
    again = call_json(tmp_path, "check", "legible", "--images", 20, "--data", tmp_path / "mine.mat")
    assert again["agrees"]


def test_gradients_may_be_a_table_each_in_several_files_or_a_folder(tmp_path: Path) -> None:
    call(tmp_path, "check", "--give", tmp_path / "batch.npz", "--images", 20)
    (folder := tmp_path / "mine").mkdir()
    with np.load(tmp_path / "batch.npz") as given:
        mine = answer(read_batch(dict(given)))
    for name, values in mine.items():
        one_line = values.reshape(1, -1)
        np.savetxt(folder / f"{name}.csv", one_line if name.startswith("db") else values, delimiter=",")

    for words in (sorted(folder.iterdir()), [folder]):  # which is read as a ZIP of them is
        judged = call_json(tmp_path, "check", *words, "--data", tmp_path / "batch.npz")
        assert judged["agrees"]
        assert judged["loss"]["agrees"]
        assert judged["notes"] == []


def test_a_loss_that_is_no_number_is_told(batch: Batch, right: Answers) -> None:
    verdict = referee(batch, right | {"loss": np.array(np.nan)})

    assert verdict.loss is not None
    assert "NaN" in str(verdict.loss.mistake)


def test_gradients_of_a_network_of_ones_own_are_judged_by_it_trained_or_not(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    sizes = {"W1": (25, 784), "b1": (25, 1), "W2": (10, 25), "b2": (10, 1)}
    savemat(tmp_path / "net.mat", {name: rng.normal(0, 0.1, size) for name, size in sizes.items()})
    asked = call(tmp_path, "check", tmp_path / "net.mat", "--give", tmp_path / "batch.mat", code=2).stderr
    assert "say it with --activation" in asked
    told = ("--activation", "tanh")
    call(tmp_path, "check", tmp_path / "net.mat", "--give", tmp_path / "batch.mat", *told)
    given = loadmat(tmp_path / "batch.mat")
    held = read_batch({name: given[name] for name in given if not name.startswith("__")})
    savemat(tmp_path / "mine.mat", answer(held))

    for words in (
        ["net.mat", "mine.mat"],
        ["net.mat", "--data", "mine.mat"],
        ["mine.mat", "--data", "batch.mat"],
    ):
        places = [word if word.startswith("-") else tmp_path / word for word in words]
        judged = call_json(tmp_path, "check", *places, *told)
        assert judged["agrees"]
        assert words[0] in judged["network"] or words[-1] in judged["network"]


def test_one_column_of_all_gradients_is_rolled_up(batch: Batch, right: Answers, tmp_path: Path) -> None:
    parts = [np.hstack([right[f"db{n}"], right[f"dW{n}"]]).ravel(order="F") for n in (1, 2, 3)]
    verdict = referee(batch, {"grad": np.concatenate(parts)[:, None]})

    assert verdict.agrees


def test_what_has_no_gradients_is_refused(tmp_path: Path) -> None:
    savemat(tmp_path / "other.mat", {"a": np.ones((3, 4))})

    assert "shapes of the weights" in call(tmp_path, "check", "paper", tmp_path / "other.mat", code=2).stderr
    assert "none was named" in call(tmp_path, "check", "paper", code=2).stderr
