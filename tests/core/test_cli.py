"""The commands as a user calls them: what they print, write and refuse."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from commands import call, call_json
from digits import ROOT, make_digits, take_digits, write_mat
from PIL import Image, ImageDraw
from processes import processes_of

from mnist_core.data.sample import SAMPLE_PATH
from mnist_core.network.models import load_model, save_model

SAMPLE = str(SAMPLE_PATH)
MODEL = str(ROOT / "models" / "paper")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def mat(tmp_path_factory):
    return write_mat(tmp_path_factory.mktemp("data") / "small.mat", *make_digits(600))


def test_inspect_says_what_a_file_holds(home, tmp_path):
    mat = write_mat(tmp_path / "real.mat", *take_digits(600))

    found = call_json(home, "inspect", mat)

    assert found["n_samples"] == 600
    assert (found["side"], found["n_classes"], found["orientation"]) == (28, 10, "upright")
    assert found["class_counts"] == {str(digit): 60 for digit in range(10)}
    assert found["splits"]["train"] + found["splits"]["test"] == 600
    assert {"layout", "value_range", "warnings"} <= set(found)


@pytest.mark.processes
def test_search_finds_retrains_and_saves_a_winner_that_runs_lists(home, mat, tmp_path):
    grid = {"lr": [0.01, 0.001], "hidden1": [16], "hidden2": [8], "activation": ["tanh", "relu"]}
    (tmp_path / "G.json").write_text(json.dumps(grid))

    found = call_json(
        home,
        "search",
        mat,
        "--grid",
        tmp_path / "G.json",
        "--cv",
        2,
        "--max-epochs",
        3,
        "--out",
        tmp_path / "out",
    )

    assert found["n_fits"] == 8
    assert found["n_epochs"] == 24
    assert found["best_score"] == max(c["mean_test_score"] for c in found["candidates"])
    assert len(found["candidates"]) == 4
    assert set(found["best_params"]) == {"lr", "hidden1", "hidden2", "activation"}
    assert (tmp_path / "out" / "results.csv").exists()
    measured = call_json(home, "evaluate", found["model"], mat)
    assert measured["accuracy"] == found["test_accuracy"]
    runs = call_json(home, "runs")
    assert (runs[0]["run"], runs[0]["state"], runs[0]["progress"]) == (found["run"], "done", 1.0)
    assert runs[0]["best_score"] == found["best_score"]


def test_train_saves_a_model_that_its_card_can_make_again(home, mat, tmp_path):
    words = ["train", mat, "--hidden", 12, 8, "--activation", "relu", "--lr", 0.01, "--max-epochs", 3]

    found = call_json(home, *words, "--out", tmp_path / "one")
    again = call_json(home, *words, "--out", tmp_path / "two")

    assert {"model", "epochs", "valid_accuracy", "test_accuracy", "seconds"} <= set(found)
    weights = [(tmp_path / name / "weights.safetensors").read_bytes() for name in ("one", "two")]
    assert weights[0] == weights[1]
    assert again["test_accuracy"] == found["test_accuracy"]
    assert "--max-epochs 3" in (tmp_path / "one" / "README.md").read_text()


@pytest.mark.parametrize("also", [(), ("--keep-epochs",)], ids=["at once", "with every epoch kept"])
def test_train_keeps_the_weights_of_the_best_epoch_where_it_is_asked_to(home, mat, tmp_path, also):
    words = ["train", mat, "--hidden", 12, 8, "--activation", "relu", "--lr", 0.5, "--patience", 4, *also]

    found = call_json(home, *words, "--keep", "best", "--out", tmp_path / "best")
    expected = call_json(home, *words, "--max-epochs", found["kept_epoch"], "--out", tmp_path / "expected")

    weights = [(tmp_path / name / "weights.safetensors").read_bytes() for name in ("best", "expected")]
    assert weights[0] == weights[1]
    assert found["valid_accuracy"] == expected["valid_accuracy"]
    assert also or found["epochs"] > found["kept_epoch"]


def test_evaluate_counts_every_image_of_the_part(home, mat):
    part = call_json(home, "evaluate", MODEL, mat)
    everything = call_json(home, "evaluate", "paper", mat, "--part", "all")

    assert (part["n"], everything["n"]) == (100, 600)
    confusion = np.array(everything["confusion"])
    assert confusion.sum(axis=1).tolist() == [60] * 10
    assert everything["accuracy"] == np.trace(confusion) / 600


def test_predict_reads_pictures_and_strokes_in_order(home, tmp_path):
    seven = [[[0, 0], [60, 0], [25, 100]]]
    (tmp_path / "strokes.json").write_text(json.dumps([{"strokes": seven}, {"strokes": seven, "label": 7}]))
    picture = np.full((60, 60), 255, dtype=np.uint8)
    picture[10:50, 28:33] = 0
    Image.fromarray(picture).save(tmp_path / "one.png")

    found = call_json(home, "predict", MODEL, tmp_path / "one.png", tmp_path / "strokes.json")

    assert [item["digit"] for item in found] == [1, 7, 7]
    for item in found:
        assert len(item["probabilities"]) == 10
        assert sum(item["probabilities"]) == pytest.approx(1, abs=1e-5)


def test_predict_explains_with_the_ink_and_the_units_that_decided(home, tmp_path):
    (tmp_path / "seven.json").write_text(json.dumps([{"strokes": [[[0, 0], [60, 0], [25, 100]]]}]))

    (found,) = call_json(home, "predict", MODEL, tmp_path / "seven.json", "--explain")

    assert np.shape(found["explanation"]["ink"]) == np.shape(found["explanation"]["missing"]) == (28, 28)
    assert {layer: len(units) for layer, units in found["explanation"]["units"].items()} == {
        "hidden1": 5,
        "hidden2": 5,
    }
    assert "+" in call(home, "predict", MODEL, tmp_path / "seven.json", "--explain").stdout


def test_predict_is_not_sure_of_a_scribble_and_sure_of_a_seven(home, tmp_path):
    scribble = [[[0, 0], [50, 90], [10, 40], [90, 60], [20, 5], [70, 70], [40, 0], [5, 95], [90, 10]]]
    seven = [[[0, 0], [60, 0], [25, 100]]]
    (tmp_path / "two.json").write_text(json.dumps([{"strokes": scribble}, {"strokes": seven}]))

    found = call_json(home, "predict", MODEL, tmp_path / "two.json", "--not-sure", 0.98)

    assert [item["not_sure"] for item in found] == [True, False]
    assert found[0]["chance"] < 0.1 < found[1]["chance"]
    words = call(home, "predict", MODEL, tmp_path / "two.json", "--not-sure").stdout.splitlines()
    assert ["not sure" in line for line in words] == [True, False]


def test_predict_reads_the_digits_of_a_row(home, tmp_path):
    digits = [[[0, 0], [60, 0], [25, 100]], [[120, 0], [115, 100]], [[180, 0], [240, 0], [205, 100]]]
    (tmp_path / "number.json").write_text(json.dumps([{"strokes": digits}]))

    (found,) = call_json(home, "predict", MODEL, tmp_path / "number.json", "--row", "--not-sure", 0.9)

    assert found["number"] == "717" == "".join(str(item["digit"]) for item in found["digits"])
    assert found["not_sure"] is False
    assert "717" in call(home, "predict", MODEL, tmp_path / "number.json", "--row").stdout


def test_predict_reads_each_row_of_a_picture(home, tmp_path):
    picture = Image.new("L", (300, 300), 240)
    for left, top in ((60, 30), (160, 40), (60, 180)):
        corners = [(left, top), (left + 60, top), (left + 25, top + 90)]
        ImageDraw.Draw(picture).line(corners, fill=10, width=9)
    picture.save(tmp_path / "sevens.png")

    found = call_json(home, "predict", MODEL, tmp_path / "sevens.png", "--row")

    assert [item["number"] for item in found] == ["77", "7"]
    assert "strokes" not in found[0]["digits"][0]


def test_evaluate_measures_labelled_strokes_and_each_writer(home, tmp_path):
    seven = {"strokes": [[[0, 0], [60, 0], [25, 100]]]}
    document = [{**seven, "label": 7, "writer": "ann"}, {**seven, "label": 3, "writer": 5}]
    (tmp_path / "strokes.json").write_text(json.dumps(document))

    found = call_json(home, "evaluate", MODEL, tmp_path / "strokes.json")

    assert (found["n"], found["accuracy"], found["confusion"][3][7]) == (2, 0.5, 1)
    assert found["writers"] == [
        {"writer": 5, "n": 1, "n_right": 0, "accuracy": 0.0},
        {"writer": "ann", "n": 1, "n_right": 1, "accuracy": 1.0},
    ]
    assert (found["interval_over"], found["interval"]) == ("writers", [0.0, 1.0])


def test_evaluate_says_that_an_interval_is_over_drawings_where_a_writer_is_not_known(home, tmp_path):
    seven = {"strokes": [[[0, 0], [60, 0], [25, 100]]], "label": 7}
    document = [{**seven, "writer": "ann"}, {**seven, "writer": 5}, seven]
    (tmp_path / "strokes.json").write_text(json.dumps(document))

    found = call_json(home, "evaluate", MODEL, tmp_path / "strokes.json")
    assert found["interval_over"] == "drawings"
    assert "over drawings" in call(home, "evaluate", MODEL, tmp_path / "strokes.json").stdout


def test_predict_answers_by_the_floor_of_the_model(home, tmp_path):
    model = load_model(Path(MODEL))
    drawing = {"strokes": [[[0, 0], [60, 0], [25, 100]]]}
    (tmp_path / "seven.json").write_text(json.dumps([drawing]))
    found = {}
    for name, floor in (("bold", 0.0), ("timid", 1.0)):
        doubt = replace(model.info.doubt, floors=(floor,) * len(model.info.doubt.floors))
        save_model(model.network, replace(model.info, doubt=doubt), tmp_path / name)
        (item,) = call_json(home, "predict", tmp_path / name, tmp_path / "seven.json", "--not-sure")
        found[name] = item["not_sure"], item["floor"]

    assert found == {"bold": (False, 0.0), "timid": (True, 1.0)}


@pytest.mark.parametrize(("layer", "units"), [("hidden1", 96), ("hidden2", 24), ("output", 10)])
def test_fields_writes_an_array_and_a_sheet(home, mat, tmp_path, layer, units):
    found = call_json(home, "fields", MODEL, "--layer", layer, "--data", mat, "--out", tmp_path)

    assert np.load(tmp_path / "fields.npy").shape == (units, 28, 28)
    with Image.open(tmp_path / "fields.png") as sheet:
        assert sheet.width > 200
    assert (found["layer"], found["units"], found["side"]) == (layer, units, 28)
    assert found["method"] == "product of weights"
    assert 0 <= found["fidelity"] <= 1


@pytest.mark.parametrize(
    ("options", "answer"),
    [
        (["--method", "class-jacobian", "--class", "3"], {"method": "Jacobian per class", "class": 3}),
        (["--method", "occlusion", "--image", "7"], {"method": "occlusion", "image": 7}),
        (["--method", "maximisation"], {"method": "activation maximisation"}),
    ],
)
def test_fields_looks_in_another_way_and_says_how_far_to_trust_it(home, mat, tmp_path, options, answer):
    found = call_json(home, "fields", MODEL, "--layer", "output", *options, "--data", mat, "--out", tmp_path)

    assert np.load(tmp_path / "fields.npy").shape == (10, 28, 28)
    assert {key: found[key] for key in answer} == answer
    assert -1 <= found["fidelity"] <= 1
    assert len(found["fidelity_per_unit"]) == found["units"] == 10
    assert -1 <= found["digit_likeness"] <= 1
    assert len(found["nearest_mean_reads"]) == 10
    assert found["measured_on"] == "100 held-out images of small.mat"


def test_a_command_is_a_process_with_an_exit_code(home):
    command = [sys.executable, "-m", "mnist_core", "inspect"]
    environment = {**os.environ, "MNIST_LAB_HOME": str(home)}
    for file, code in ((SAMPLE, 0), ("nowhere.mat", 2)):
        done = subprocess.run([*command, file], cwd=ROOT, env=environment, capture_output=True, check=False)
        assert done.returncode == code
        assert bool(done.stdout) == (code == 0)


@pytest.mark.slow
def test_a_robust_training_whose_history_is_short_of_epochs_tells_of_its_last(mat, tmp_path):
    words = ["--recipe", "robust", "--no-teacher", "--writer-folds", "0", "--hidden", "4", "4"]

    # In a home of its own: the processes that it trained in wait for more, and others count theirs.
    words += ["--activation", "relu", "--lr", "0.01", "--out", str(tmp_path / "robust")]
    told = call_json(tmp_path / "lab", "train", mat, *words)

    assert told["epochs"] == told["kept_epoch"] == 300
    assert 0 < told["valid_accuracy"] <= 1


TRAIN = ["--hidden", "8", "8", "--activation", "tanh", "--lr", "0.01", "--out", "nowhere"]
REFUSED = {
    "no file": (["inspect", "nowhere.mat"], "nowhere.mat"),
    "no mat": (["inspect", "README.md"], "README.md"),
    "no model": (["evaluate", "nowhere", "README.md"], "There is no model 'nowhere'"),
    "no strokes": (["predict", "models/paper", "pyproject.json"], "pyproject.json"),
    "bad share": (["predict", MODEL, "x.png", "--not-sure", "99"], "a share above 0 and below 1"),
    "bad grid": (["search", "x.mat", "--grid", "pyproject.toml"], "must be JSON"),
    "bad recipe": (["search", "x.mat", "--max-epochs", "0"], "max_epochs must be a whole number"),
    "bad decay": (["search", "x.mat", "--weight-decay", "-1"], "weight_decay must be a number from 0 to 1"),
    "robust with decay": (
        ["train", SAMPLE, "--recipe", "robust", "--weight-decay", "0.1", *TRAIN],
        "leave --weight-decay",
    ),
    "robust with the best": (
        ["train", SAMPLE, "--recipe", "robust", "--keep", "best", *TRAIN],
        "and --keep out",
    ),
    "bad seed": (["evaluate", MODEL, SAMPLE, "--seed", "-1"], "The seed must be from 0"),
    "bad limit": (["search", SAMPLE, "--limit", "-5"], "The limit must be at least 1"),
    "too few images": (["search", SAMPLE, "--limit", "60"], "use more images"),
    "no image": (
        ["fields", MODEL, "--method", "gradient", "--image", "9999", "--out", "x"],
        "images 0 to 4999",
    ),
    "no class": (["fields", MODEL, "--method", "class-fit", "--class", "-1", "--out", "x"], "digits 0 to 9"),
    "no method": (["fields", MODEL, "--method", "x-ray", "--out", "x"], "invalid choice: 'x-ray'"),
    "bad call": (["train"], "required"),
    "unknown command": (["dance"], "invalid choice"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_wrong_call_is_one_line_and_exit_code_2(home, case):
    words, sentence = REFUSED[case]

    done = call(home, *words, code=2)

    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.slow
def test_ctrl_c_ends_a_search_and_all_its_processes(home, mat):
    environment = {**os.environ, "MNIST_LAB_HOME": str(home)}
    command = [sys.executable, "-m", "mnist_core", "search", str(mat), "--patience", "400"]
    search = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
    while "fold" not in search.stderr.readline():
        assert search.poll() is None

    search.send_signal(signal.SIGINT)

    rest = search.communicate(timeout=20)[1]
    assert search.returncode == 130
    assert "Traceback" not in rest
    deadline = time.monotonic() + 10
    while processes_of(home) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not processes_of(home)
    assert call_json(home, "runs")[0]["state"] == "paused"
