"""The commands that tell how far to trust a model."""

import csv
import json

import pytest
from commands import call, call_json
from digits import make_digits, write_mat
from trained import make_dataset, make_model

from mnist_core.insight.evaluation.disturbances import DISTURBANCES


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def mat(tmp_path_factory):
    return write_mat(tmp_path_factory.mktemp("data") / "small.mat", *make_digits(300))


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("models") / "small", make_dataset(), n_steps=6).folder


def read_rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_calibrate_measures_before_and_after_and_writes_the_bins(home, mat, model, tmp_path):
    found = call_json(home, "calibrate", model, mat, "--csv", tmp_path / "bins.csv")

    assert (found["n"], found["is_unseen"]) == (50, True)
    assert {"ece", "interval", "by_chance", "surprise", "bins"} <= set(found["before"])
    assert found["after"]["surprise"] < found["before"]["surprise"]
    assert len(found["temperature_of_halves"]) == 2
    rows = read_rows(tmp_path / "bins.csv")
    n_bins = {name: len(found[name]["bins"]) for name in ("before", "after")}
    assert {name: sum(row["temperature"] == name for row in rows) for name in n_bins} == n_bins


def test_coverage_says_what_must_be_refused_and_writes_the_curve(home, mat, model, tmp_path):
    words = ["coverage", model, mat, "--right", 0.9, 1.0]

    found = call_json(home, *words, "--csv", tmp_path / "curve.csv")

    assert [one["right"] for one in found["refusals"]] == [0.9, 1.0]
    assert found["curve"][-1]["accuracy"] == found["accuracy"]
    assert len(read_rows(tmp_path / "curve.csv")) == len(found["curve"])
    said = call(home, *words).stdout
    assert "asked for 90% right it refuses" in said
    # Right in less than was asked for is no contradiction: other images chose where to refuse.
    assert "on images that it did not choose this by" in said


def test_robustness_reads_what_is_disturbed_by_several_models(home, mat, model, tmp_path):
    words = ["robustness", model, "paper", mat, "--only", "shift", "noise", "--limit", 30]

    found = call_json(home, *words, "--csv", tmp_path / "curves.csv")

    assert list(found["models"]) == ["small", "paper"]
    levels = [*DISTURBANCES["shift"].levels, *DISTURBANCES["noise"].levels]
    assert [one["level"] for one in found["models"]["paper"]] == levels
    assert all(one["n"] == 30 for one in found["models"]["small"])
    assert len(read_rows(tmp_path / "curves.csv")) == 2 * len(levels)
    assert "Shift, pixels." in call(home, *words).stdout


def test_learning_curve_trains_networks_on_ever_more_images(home, mat, model, tmp_path):
    words = ["learning-curve", model, mat, "--sizes", 60, 120, "--seeds", 2, "--csv", tmp_path / "trials.csv"]

    found = call_json(home, *words)

    assert [point["size"] for point in found["curve"]] == [60, 120]
    assert (found["n_held_out"], found["recipe"]) == (50, "paper")
    assert len(read_rows(tmp_path / "trials.csv")) == len(found["trials"]) == 4
    assert "120 images:" in call(home, *words).stdout


def test_sizes_beyond_the_images_are_refused(home, mat, model):
    said = call(home, "learning-curve", model, mat, "--sizes", 60, 9_000, code=2)

    assert "from 1 to the 250 training images" in said.stderr


def test_label_errors_finds_the_label_that_is_wrong(home, tmp_path):
    images, labels = make_digits(300)
    labels[7] = (labels[7] + 1) % 10
    flipped = write_mat(tmp_path / "flipped.mat", images, labels)
    words = ["label-errors", flipped, "--networks", 1, "--csv", tmp_path / "suspects.csv"]

    found = call_json(home, *words)

    assert (found["n"], found["n_suspects"]) == (300, 1)
    assert [(one["index"], one["given"]) for one in found["suspects"]] == [(7, str(labels[7]))]
    assert [row["index"] for row in read_rows(tmp_path / "suspects.csv")] == ["7"]
    assert "image 7:" in call(home, *words).stdout


def test_a_data_set_without_suspects_writes_a_table_without_rows(home, mat, tmp_path):
    call(home, "label-errors", mat, "--networks", 1, "--csv", tmp_path / "none.csv")

    assert (tmp_path / "none.csv").read_text() == "index,given,suggested,score,suggested_score\n"


def test_compare_says_which_of_two_models_reads_more(home, mat, model, tmp_path):
    words = ["compare", "robust", model, mat, "--csv", tmp_path / "guesses.csv"]

    found = call_json(home, *words)

    assert found["both"] + found["only_first"] + found["only_second"] + found["neither"] == found["n"] == 50
    assert found["difference"] == pytest.approx(found["accuracies"][0] - found["accuracies"][1])
    assert found["interval"][0] <= found["difference"] <= found["interval"][1]
    assert 0 <= found["p_value"] <= 1
    assert len(read_rows(tmp_path / "guesses.csv")) == 50
    assert "McNemar's exact test" in call(home, *words).stdout


def test_models_of_one_name_are_refused(home, mat, model):
    assert "told apart by name" in call(home, "robustness", model, model, mat, code=2).stderr


def test_a_table_that_cannot_be_written_is_refused_in_one_line(home, mat, model, tmp_path):
    (tmp_path / "file").touch()

    said = call(home, "coverage", model, mat, "--csv", tmp_path / "file" / "curve.csv", code=2)

    assert "cannot be written" in said.stderr
    assert said.stderr.count("\n") == 1


def test_a_share_beyond_all_is_refused_in_one_line(home, mat):
    said = call(home, "coverage", "paper", mat, "--right", 2, code=2)

    assert "at most 1, but is 2" in said.stderr
    assert json.dumps(said.stdout) == '""'


@pytest.mark.parametrize(("part", "n"), [("test", 50), ("all", 300)])
def test_all_commands_measure_on_the_same_part_of_a_file_and_say_which(home, mat, part, n):
    chosen = [] if part == "test" else ["--part", part]
    for words in (
        ["evaluate", "paper", mat],
        ["compare", "paper", "robust", mat],
        ["calibrate", "paper", mat],
        ["coverage", "paper", mat, "--right", 0.5],
        ["robustness", "paper", mat, "--only", "shift"],
    ):
        found = call_json(home, *words, *chosen)

        counted = found["models"]["paper"][0]["n"] if words[0] == "robustness" else found["n"]
        assert (words[0], counted, found["part"]) == (words[0], n, part)
        said = call(home, *words, *chosen).stdout
        assert (
            "50 held-out images of small.mat" if part == "test" else "All 300 images of small.mat"
        ) in said
        assert "seen none of them" in said
