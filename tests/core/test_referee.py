"""The referee: right gradients are right at any precision, and mistakes are named."""

from collections.abc import Callable
from dataclasses import replace
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
from mnist_core.insight.referee.backprop import Way, compute_gradients
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


def turn_pixels(batch: Batch) -> np.ndarray:
    return batch.pixels.reshape(-1, 28, 28).swapaxes(1, 2).reshape(batch.n, -1)


SLIPS: dict[str, Callable[[Batch], Batch]] = {
    "rounded to 0 and 1": lambda batch: replace(batch, pixels=batch.pixels // 128 * np.uint8(255)),
    "counted down the columns": lambda batch: replace(batch, pixels=turn_pixels(batch)),
    "are inverted": lambda batch: replace(batch, pixels=255 - batch.pixels),
    "one class off": lambda batch: replace(batch, labels=(batch.labels + 1) % 10),
    "is ReLU, not Tanh": lambda batch: replace(batch, activation=Activation.RELU),
    "is nothing, not Tanh": lambda batch: replace(batch, activation=Activation.LINEAR),
    "only the last image counts": lambda batch: replace(
        batch, pixels=batch.pixels[-1:], labels=batch.labels[-1:]
    ),
    "the last image is left out": lambda batch: replace(
        batch, pixels=batch.pixels[:-1], labels=batch.labels[:-1]
    ),
    "biases are forgotten in the forward pass": lambda batch: replace(
        batch, biases=tuple(bias * 0 for bias in batch.biases)
    ),
}
"""What a student has the gradients of instead, and what has to be said of each layer."""


@pytest.mark.parametrize("said", SLIPS)
def test_gradients_of_something_else_are_named(said: str, batch: Batch) -> None:
    verdict = referee(batch, answer(SLIPS[said](batch)))

    assert [said in str(layer.mistake) for layer in verdict.layers] == [True, True, True]


def test_weights_that_were_updated_too_early_are_named(batch: Batch, right: Answers) -> None:
    moved = tuple(
        matrix - 0.1 * right[f"dW{n}"] * (n > 2) for n, matrix in enumerate(batch.matrices, start=1)
    )
    above, wrong = moved[2] @ np.eye(12), dict(right)
    images = [
        answer(replace(batch, pixels=batch.pixels[[n]], labels=batch.labels[[n]])) for n in range(batch.n)
    ]
    back = np.stack([one["db3"][:, 0] for one in images]) @ above
    inputs = np.tanh(batch.pixels / 255 @ batch.matrices[0].T + batch.biases[0])
    back *= 1 - np.tanh(inputs @ batch.matrices[1].T + batch.biases[1]) ** 2
    wrong["dW2"], wrong["db2"] = back.T @ inputs / batch.n, back.mean(axis=0)[:, None]

    assert "updated before" in str(referee(batch, wrong).layers[1].mistake)


def test_square_weights_that_are_not_transposed_are_named() -> None:
    batch = make_batch(read_or_sample(), 3, Activation.SIGMOID, (20, 20))
    turned = replace(batch, matrices=(batch.matrices[0], batch.matrices[1].T @ np.eye(20), batch.matrices[2]))
    wrong = compute_gradients(batch, Way(is_unturned=True))
    assert not np.allclose(wrong.matrices[0], compute_gradients(turned).matrices[0])

    handed = answer(batch) | {"dW1": wrong.matrices[0], "db1": wrong.biases[0]}

    assert [layer.mistake for layer in referee(batch, handed).layers] == [
        "the weights are not transposed on the way back",
        None,
        None,
    ]


def test_how_much_of_the_weights_is_added_is_told(batch: Batch, right: Answers) -> None:
    verdict = referee(batch, right | {"dW2": right["dW2"] + 0.01 * batch.matrices[1]})

    assert "the weights are regularised" in str(verdict.layers[1].mistake)
    assert "0.01 times" in str(verdict.layers[1].mistake)


def test_a_wrong_shape_is_told(batch: Batch, right: Answers) -> None:
    verdict = referee(batch, right | {"dW1": np.ones((24, 24))})

    assert (
        verdict.layers[0].mistake == "it is 24 x 24 where 24 x 784 was asked for, a row a unit of the layer"
    )


@pytest.mark.parametrize("digits", [3, 5])
def test_few_digits_are_right(digits: int, batch: Batch, right: Answers) -> None:
    written = {
        name: np.vectorize(lambda one: float(f"{one:.{digits}g}"))(value) for name, value in right.items()
    }

    assert referee(batch, written).agrees


def list_spellings(right: Answers) -> dict[str, Answers]:
    """List ways to save the same gradients of four layers of 20 units."""
    n_layers = len(right) // 2
    weights, biases = ([right[f"{kind}{n}"] for n in range(1, n_layers + 1)] for kind in ("dW", "db"))
    pairs = list(zip(weights, biases, strict=True))
    return {
        "from zero": {
            f"{kind}{n - 1}": right[f"{kind}{n}"] for kind in ("dW", "db") for n in range(1, n_layers + 1)
        },
        "as a list": {f"arr_{n}": part for n, part in enumerate(part for pair in pairs for part in pair)},
        "beside new weights": {f"W{n}": 0.9 * one for n, one in enumerate(weights, start=1)} | right,
        "beside differences": {f"{name}_num": 1.1 * one for name, one in right.items()} | right,
        "biases last": {f"Theta{n}_grad": np.hstack(pair) for n, pair in enumerate(pairs, start=1)},
        "with one more axis": {name: one[None] for name, one in right.items()},
        "a column, biases first": {
            "grad": np.concatenate([one.ravel() for pair in pairs for one in pair[::-1]])
        },
        "a column, weights first": {
            "grad": np.concatenate([one.ravel(order="F") for one in weights + biases])
        },
    }


def test_names_and_orders_of_all_kinds_are_understood() -> None:
    batch = make_batch(read_or_sample(), 5, Activation.RELU, (20, 20, 20))
    right = {name: one for name, one in answer(batch).items() if name != "loss"}

    assert [name for name, handed in list_spellings(right).items() if not referee(batch, handed).agrees] == []
    del right["db1"]  # that of another layer does not take its place
    assert [layer.agrees for layer in referee(batch, right).layers] == [False, True, True, True]


def test_all_that_a_student_had_open_may_be_handed_in_but_no_batch_that_was_changed(tmp_path: Path) -> None:
    call(tmp_path, "check", "--give", tmp_path / "batch.mat", "--images", 20)
    given = {name: value for name, value in loadmat(tmp_path / "batch.mat").items() if name[0] != "_"}
    savemat(tmp_path / "all.mat", given | answer(read_batch(given)))
    savemat(tmp_path / "changed.mat", given | {"X": given["X"] / 255})

    for words in (["all.mat"], ["all.mat", "--data", "batch.mat"]):
        places = [word if word.startswith("-") else tmp_path / word for word in words]
        assert call_json(tmp_path, "check", *places)["agrees"]
    gone = call(tmp_path, "check", tmp_path / "gone.mat", "--data", tmp_path / "batch.mat", code=2).stderr
    assert "gone.mat" in gone
    said = call(tmp_path, "check", tmp_path / "changed.mat", code=2).stderr
    assert "has changed its images, labels or weights" in said


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
