"""Where results go: refused before the work, where that cannot be written or another process writes there."""

import argparse
import os
import subprocess
import sys

import numpy as np
import pytest
from commands import call
from digits import ROOT
from trained import make_dataset

from mnist_core.cli import COMMANDS, make_parser
from mnist_core.data.dataset import split_dataset
from mnist_core.data.kept import keep_dataset
from mnist_core.data.sample import SAMPLE_PATH
from mnist_core.ground.errors import ModelError, StorageError
from mnist_core.ground.places import check_model_folder, hold_place
from mnist_core.ground.settings import Settings
from mnist_core.network.grid import PAPER_WINNER
from mnist_core.network.models import load_model
from mnist_core.network.plan import SearchPlan
from mnist_core.network.recipe import Recipe
from mnist_core.search.results import tabulate, write_results
from mnist_core.store import Database, WorkState, add_search, get_search
from mnist_core.training.learning.learned_model import learn_model
from mnist_core.training.one_network import train_model
from mnist_core.training.robust.effort import ROBUST
from mnist_core.training.robust.robust_recipe import train_robust

NETWORK = ["--hidden", "8", "6", "--activation", "tanh", "--lr", "0.01"]
ENDLESS = ["train", str(SAMPLE_PATH), *NETWORK, "--max-epochs", "90000", "--patience", "90000"]
RESULTS = {"--out", "--csv", "--fits", "--save", "--give"}
# Each with an input that is not there: that is not even looked for.
WRITING = {
    "inspect": ["nowhere.mat", "--save"],
    "search": ["nowhere.mat", "--out"],
    "train": ["nowhere.mat", *NETWORK, "--out"],
    "film": ["nowhere", "--out"],
    "compare": ["nowhere", "nowhere", "nowhere.mat", "--csv"],
    "calibrate": ["nowhere", "nowhere.mat", "--csv"],
    "coverage": ["nowhere", "nowhere.mat", "--csv"],
    "robustness": ["nowhere", "nowhere.mat", "--csv"],
    "learning-curve": ["nowhere", "nowhere.mat", "--csv"],
    "label-errors": ["nowhere.mat", "--csv"],
    "learn": ["nowhere", "--out"],
    "fields": ["nowhere", "--out"],
    "pictures": ["nowhere", "--out"],
    "map": ["nowhere", "nowhere.mat", "--csv"],
    "operate": ["nowhere", "--off", "hidden1:1", "--out"],
    "riddle": ["--data", "nowhere.mat", "--out"],
    "report": ["nowhere", "--out"],
    "export": ["nowhere", "--format", "numpy", "--out"],
    "import": ["nowhere.mat", "--out"],
    "check": ["nowhere", "--give"],
    "backup": [],
    "runs": ["nowhere", "--fits"],
}
POSITIONAL = {"backup": "file"}


def find_results(command):
    """Find the places that a command's options name, and those of them that are held."""
    [commands] = [
        action for action in make_parser([command])._actions if isinstance(action, argparse._SubParsersAction)
    ]
    parser = commands.choices[command]
    named = {action.dest for action in parser._actions if RESULTS & set(action.option_strings)}
    named |= {POSITIONAL[command]} if command in POSITIONAL else set()
    return named, {place for place, *_ in parser.get_default("outputs") or ()}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_that_names_a_result_is_held(command):
    named, held = find_results(command)

    assert named == held
    assert (command in WRITING) is bool(named)


@pytest.mark.parametrize("command", WRITING)
def test_a_place_that_cannot_be_written_is_refused_before_the_work(tmp_path, command):
    (tmp_path / "file").write_text("no folder")

    said = call(tmp_path, command, *WRITING[command], tmp_path / "file" / "out.mat", code=2).stderr

    assert said.count("\n") == 1
    assert f"{tmp_path / 'file'}" in said
    assert "cannot be written (a part of its path is a file)" in said
    assert (tmp_path / "file").read_text() == "no folder"


@pytest.mark.parametrize(
    ("command", "says"),
    [("search", "a part of its path is a file"), ("train", "is a file"), ("fields", "a part of its path")],
)
def test_a_folder_of_results_is_no_file(tmp_path, command, says):
    (tmp_path / "file").write_text("kept")

    assert says in call(tmp_path, command, *WRITING[command], tmp_path / "file", code=2).stderr
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "logs") == ["file"]


@pytest.mark.parametrize("command", ["film", "compare", "report", "inspect"])
def test_a_file_of_results_is_no_folder(tmp_path, command):
    assert "is a folder: name a file" in call(tmp_path, command, *WRITING[command], tmp_path, code=2).stderr


def begin(home, *words):
    command = [sys.executable, "-m", "mnist_core", *map(str, words)]
    environment = {**os.environ, "MNIST_LAB_HOME": str(home)}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)


def await_epoch(begun):
    while not begun.stderr.readline().startswith("epoch   1"):
        assert begun.poll() is None


@pytest.mark.processes
def test_of_two_commands_with_one_place_the_second_is_refused_until_the_first_has_ended(tmp_path):
    model = tmp_path / "new" / "model"
    with begin(tmp_path, *ENDLESS, "--out", model) as first:
        await_epoch(first)
        said = call(tmp_path, *ENDLESS, "--out", model, code=2).stderr
        first.kill()

    assert said == f"{model} is being written by another process: wait for its end, or name another place.\n"
    short = ["train", SAMPLE_PATH, *NETWORK, "--limit", 600, "--max-epochs", 1, "--out", model]
    assert "will be replaced" not in call(tmp_path, *short).stderr
    assert f"{model} is there already, and will be replaced.\n" in call(tmp_path, *short).stderr
    assert [path.name for path in model.parent.iterdir()] == ["model"]


def test_a_command_that_fails_leaves_no_folder_that_it_made(tmp_path):
    call(tmp_path, "compare", "nowhere", "nowhere", "nowhere.mat", "--csv", tmp_path / "a" / "b.csv", code=2)

    assert not (tmp_path / "a").exists()


def never(*_):
    raise AssertionError("it was trained")


def test_python_refuses_a_place_before_it_trains(tmp_path):
    (tmp_path / "file").write_text("no folder")
    dataset, place = make_dataset(), tmp_path / "file" / "model"
    split = split_dataset(dataset)

    for make in (
        lambda: train_model(dataset, split, None, PAPER_WINNER, Recipe(), place, never),
        lambda: train_robust(dataset, split, None, PAPER_WINNER, ROBUST, place, never),
        lambda: learn_model(load_model(ROOT / "models/paper"), [], tmp_path, place, tell=never),
    ):
        with pytest.raises(ModelError, match="a part of its path is a file"):
            make()


def test_a_model_takes_no_place_of_anything_else(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")

    with pytest.raises(ModelError, match="holds other files"):
        check_model_folder(tmp_path)
    with pytest.raises(ModelError, match="is a file"):
        check_model_folder(tmp_path / "notes.txt")


def fail_holding(place):
    with hold_place(place):
        with pytest.raises(StorageError, match="another process"), hold_place(place):
            pass
        raise KeyError


def test_a_place_that_is_held_is_free_again_however_its_holder_ends(tmp_path):
    with pytest.raises(KeyError):
        fail_holding(tmp_path / "one")
    with hold_place(tmp_path / "one"):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_run_whose_place_another_process_holds_is_paused_and_says_so(tmp_path):
    settings = Settings(home=tmp_path, database=f"sqlite:///{tmp_path / 'lab.db'}")
    dataset = keep_dataset(make_dataset(), settings.datasets_folder)
    store = Database(settings.database)
    run_id = add_search(store, SearchPlan(out=str(tmp_path / "out")), dataset.name, dataset.fingerprint)

    with hold_place(tmp_path / "out" / "model"):
        subprocess.run(
            [sys.executable, "-m", "mnist_core.work"],
            cwd=ROOT,
            env={**os.environ, "MNIST_LAB_HOME": str(tmp_path)},
            check=True,
            timeout=120,
        )

    run = get_search(store, run_id)
    assert run.state is WorkState.PAUSED
    assert f"{tmp_path / 'out' / 'model'} is being written by another process" in run.message
    store.close()


def test_a_table_that_cannot_be_written_is_no_bug(tmp_path):
    (tmp_path / "file").write_text("no folder")
    plan = SearchPlan()
    scores = np.zeros((plan.n_candidates, plan.cv))

    with pytest.raises(StorageError, match="needs room for its table in"):
        write_results(tabulate(plan, scores, scores, scores), tmp_path / "file" / "results.csv")
