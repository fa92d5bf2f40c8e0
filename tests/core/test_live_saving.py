"""What a live training leaves behind: models, films, trainings of the command line."""

import io
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from digits import ROOT
from PIL import Image
from processes import processes_of, wait_until

from mnist_core.data.dataset import DIGITS
from mnist_core.data.kept import keep_dataset
from mnist_core.data.sample import SAMPLE_PATH
from mnist_core.ground.errors import GridError, RunError
from mnist_core.ground.settings import Settings
from mnist_core.insight.fields import receptive_fields
from mnist_core.network.candidate import Activation, Candidate
from mnist_core.network.models import load_model
from mnist_core.network.recipe import Recipe
from mnist_core.store import (
    Database,
    WorkState,
    add_job,
    claim,
    get_job,
    list_work,
    read_epochs,
    read_owner,
    release_silent,
    request_cancel,
    wish,
)
from mnist_core.training.live.film import FilmPlan, make_film
from mnist_core.training.live.frames import Frames
from mnist_core.training.live.live_plan import TRAINING, LivePlan, Rates, Wishes
from mnist_core.training.live.saving import SAVING, save_epoch
from mnist_core.training.live.unit_pictures import choose_epochs, draw_fields, quantise_fields
from mnist_core.training.live.unwatched import read_change, train_keeping
from mnist_core.training.live.watched import add_training, open_frames, open_learner
from mnist_core.work.supervisor import carry_out_work, start_worker

pytestmark = pytest.mark.processes

PLAN = LivePlan(Candidate(0.01, 12, 6, Activation.TANH), Recipe(seed=3, batch_size=32))
FAST, SLOW = Rates(0.01), Rates(0.002, 0.0005)


@pytest.fixture
def settings(settings, dataset):
    keep_dataset(dataset, settings.datasets_folder)
    return settings


@pytest.fixture
def store(lab_store):
    return lab_store


@pytest.fixture
def training(store, settings, dataset):
    """Five epochs at one rate, two at another."""
    plan = replace(PLAN, recipe=replace(PLAN.recipe, max_epochs=7, patience=7))
    return train_keeping(store, settings, dataset, plan, {6: SLOW}, lambda _: None)


def test_a_saved_epoch_is_that_network_with_its_history_and_the_command_that_makes_it_again(
    store, settings, training, tmp_path
):
    job = get_job(store, training)

    trained = save_epoch(job, settings, 6, tmp_path / "mine")

    info = load_model(tmp_path / "mine").info
    assert [record.epoch for record in info.history] == [1, 2, 3, 4, 5, 6]
    assert (info.recipe_name, info.candidate.lr, trained.is_identical) == ("live", 0.01, True)
    assert "--keep-epochs --change 6:lr=0.002,weight_decay=0.0005" in info.command
    network = open_learner(job, settings, 6).network
    for name, tensor in trained.model.network.state_dict().items():
        assert np.array_equal(tensor, network.state_dict()[name])
    assert "while its user watched" in (tmp_path / "mine" / "README.md").read_text()


def test_a_network_that_has_learned_nothing_is_no_model(store, settings, training, tmp_path):
    with pytest.raises(RunError, match="epoch 0 has learned nothing"):
        save_epoch(get_job(store, training), settings, 0, tmp_path / "mine")


def test_a_model_is_saved_by_a_job(store, settings, training):
    asked = {"training": training, "epoch": 3, "name": "third"}
    job_id = add_job(store, SAVING, asked, name="third")

    ended = carry_out_work(store, claim(store, job_id), settings)

    assert ended.state is WorkState.DONE
    model = load_model(settings.models_folder / "third")
    assert ended.outcome["test_accuracy"] == model.info.test.accuracy


def test_a_training_of_the_command_line_rests_and_can_go_on(store, settings, training):
    job = get_job(store, training)

    assert (job.state, job.message) == (WorkState.PAUSED, "rests at epoch 7")
    assert Wishes.from_values(job.wishes) == Wishes(7, SLOW)
    assert [row.record.epoch for row in read_epochs(store, training)] == [1, 2, 3, 4, 5, 6, 7]


def test_it_stops_early_as_every_training_does(store, settings, dataset):
    hasty = replace(PLAN, candidate=replace(PLAN.candidate, lr=1.0), recipe=replace(PLAN.recipe, patience=2))

    training = train_keeping(store, settings, dataset, hasty, {}, lambda _: None)

    losses = [row.record.valid_loss for row in read_epochs(store, training)]
    assert len(losses) < 100
    assert min(losses[:-2]) < min(losses[-2:])


@pytest.mark.parametrize("words", ["lr=0.1", "x:lr=0.1", "5:speed=1", "5:lr", "5:lr=fast"])
def test_a_change_that_is_none_is_refused(words):
    with pytest.raises(GridError, match="must be like 12:lr"):
        read_change(words, FAST)


def test_a_change_keeps_what_it_does_not_name():
    assert read_change("5:weight_decay=0.0005", Rates(0.002)) == (5, SLOW)


@pytest.mark.parametrize("layer", ["hidden1", "hidden2", "output"])
def test_pictures_are_the_products_of_the_weights(store, settings, training, layer):
    frame = open_frames(settings, training).read(7)
    exact = receptive_fields(open_learner(get_job(store, training), settings).network, layer)

    fields = draw_fields(frame, layer)

    assert np.abs(fields - exact).max() < 2e-3 * np.abs(exact).max()
    pictures = quantise_fields(fields)
    assert (np.abs(pictures.astype(int)).max(axis=(1, 2)) == 127).all()
    assert (
        np.abs(pictures / 127 - fields / np.abs(fields).max(axis=(1, 2), keepdims=True)).max()
        < 0.5 / 127 + 1e-5
    )


def test_a_training_that_has_burst_is_still_drawn(settings, training):
    frame = open_frames(settings, training).read(7)
    burst = {name: np.full_like(array, np.nan) for name, array in frame.weights.items()}

    assert not quantise_fields(draw_fields(replace(frame, weights=burst), "output")).any()


@pytest.mark.parametrize(("layer", "n"), [("output", 10), ("hidden1", 12)])
def test_a_film_shows_every_epoch(settings, training, layer, n):
    film = Image.open(io.BytesIO(make_film(open_frames(settings, training), FilmPlan(layer, DIGITS, 8.0))))

    assert (film.format, film.n_frames, film.info["loop"]) == ("GIF", 8, 0)
    shown = []
    for number in range(8):
        film.seek(number)
        shown.append(np.asarray(film.convert("RGB")))
        assert film.info["duration"] == (2000 if number == 7 else 120)  # a GIF knows hundredths of a second
    assert all((one != other).any() for one, other in pairwise(shown))


def test_a_training_without_an_epoch_is_no_film(tmp_path):
    with pytest.raises(RunError, match="needs at least one epoch"):
        make_film(Frames(tmp_path), FilmPlan("output", DIGITS))


def test_of_many_epochs_a_film_shows_every_so_many_and_the_last():
    assert choose_epochs(-1) == []
    assert choose_epochs(120) == list(range(121))
    assert choose_epochs(301)[:3] == [0, 4, 8]
    assert choose_epochs(301)[-2:] == [300, 301]


def is_given_up(store, job_id):
    release_silent(store)
    return get_job(store, job_id).is_waiting


def test_a_killed_process_is_replaced_by_one_that_goes_on_from_the_last_epoch(store, settings, dataset):
    job_id = add_training(store, PLAN, dataset.name, dataset.fingerprint, Wishes(100_000, FAST))
    frames = open_frames(settings, job_id)
    start_worker(settings)
    wait_until(lambda: frames.last_epoch >= 3)

    killed = read_owner(store, job_id)
    os.kill(killed.pid, signal.SIGKILL)
    killed_at = frames.last_epoch
    wish(store, job_id, until=killed_at + 2)

    wait_until(lambda: get_job(store, job_id).message == f"rests at epoch {killed_at + 2}")
    assert [row.record.epoch for row in read_epochs(store, job_id)] == list(range(1, killed_at + 3))
    request_cancel(store, job_id)
    wait_until(lambda: not processes_of(settings.home))
    assert get_job(store, job_id).state is WorkState.CANCELLED


PLANNED = ["--hidden", "96", "24", "--activation", "tanh", "--lr", "0.0005", "--keep-epochs"]
PLANNED += ["--change", "20:lr=1,weight_decay=0.01", "--patience", "3", "--max-epochs", "60"]


def begin_training(home, *words):
    command = [sys.executable, "-m", "mnist_core", "train", str(SAMPLE_PATH), *words, "--out", home / "model"]
    environment = {**os.environ, "MNIST_LAB_HOME": str(home)}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)


def await_epoch(begun, number):
    while not begun.stderr.readline().startswith(f"epoch {number:3d}"):
        assert begun.poll() is None


def outline(frames):
    epochs = [frames.read_outline(epoch) for epoch in range(1, frames.last_epoch + 1)]
    return [(replace(record, seconds=0.0), rates) for record, rates in epochs]


@pytest.mark.slow
def test_what_a_killed_command_was_asked_for_is_carried_on_to_the_same_end(tmp_path):
    undisturbed = call(tmp_path / "other", "train", SAMPLE_PATH, *PLANNED, "--out", tmp_path / "model")
    expected = outline(open_frames(Settings(tmp_path / "other", ""), undisturbed["training"]))
    settings = Settings(home=tmp_path, database=f"sqlite:///{tmp_path / 'lab.db'}")

    with begin_training(tmp_path, *PLANNED) as begun:
        await_epoch(begun, 2)
        begun.kill()
    store = Database(settings.database)
    [job] = list_work(store, TRAINING)
    frames = open_frames(settings, job.id)
    assert frames.last_epoch < 19, "the kill came too late to tell anything"
    wait_until(lambda: is_given_up(store, job.id))
    start_worker(settings)

    wait_until(lambda: get_job(store, job.id).message.startswith("rests"))
    assert outline(frames) == expected
    assert len(expected) < 60
    assert expected[-1][1] == Rates(1.0, 0.01)
    assert Wishes.from_values(get_job(store, job.id).wishes) == Wishes(len(expected), Rates(1.0, 0.01))
    request_cancel(store, job.id)
    wait_until(lambda: not processes_of(tmp_path))
    store.close()


def test_what_an_interrupted_command_was_asked_for_is_still_planned(tmp_path):
    with begin_training(tmp_path, *PLANNED) as begun:
        await_epoch(begun, 2)
        begun.send_signal(signal.SIGINT)

    store = Database(f"sqlite:///{tmp_path / 'lab.db'}")
    [job] = list_work(store, TRAINING)
    wishes = Wishes.from_values(job.wishes)
    assert job.state is WorkState.PAUSED
    assert (wishes.changes, wishes.stops_early) == ({20: Rates(1.0, 0.01)}, True)
    assert (job.wishes["target"], job.message) == (60, f"rests at epoch {wishes.until}")
    store.close()


def test_wishes_of_earlier_versions_have_no_plan():
    old = {"until": 5, "lr": 0.01, "weight_decay": 0.0, "pace": 4.0}

    assert Wishes.from_values(old) == Wishes(5, FAST, 4.0)


def test_a_change_holds_from_its_epoch_on():
    wishes = Wishes(9, FAST, changes={4: SLOW, 7: FAST})

    assert [wishes.rates_of(epoch) for epoch in (1, 3, 4, 6, 7, 9)] == [FAST, FAST, SLOW, SLOW, FAST, FAST]
    assert Wishes.from_values(json.loads(json.dumps(wishes.values()))) == wishes


@pytest.mark.slow
def test_the_commands_train_with_kept_epochs_and_film_them(tmp_path):
    sample = ROOT / "mnist_core/data/builtin/mnist_sample.mat"
    words = [
        "--hidden",
        "8",
        "6",
        "--activation",
        "tanh",
        "--lr",
        "0.01",
        "--limit",
        "600",
        "--max-epochs",
        "3",
    ]
    kept = ["--keep-epochs", "--change", "3:lr=0.001"]

    found = call(tmp_path, "train", sample, *words, *kept, "--out", tmp_path / "model")
    [listed] = call(tmp_path, "runs", "--trainings")
    film = call(tmp_path, "film", found["training"], "--layer", "hidden2", "--out", tmp_path / "film.gif")

    assert (found["epochs"], film["epochs"], film["frames"]) == (3, 3, 4)
    assert (listed["training"], listed["epochs"], listed["state"]) == (found["training"], 3, "paused")
    assert listed["valid_accuracy"] == found["valid_accuracy"]
    with Image.open(tmp_path / "film.gif") as shown:
        assert shown.n_frames == 4


def call(home, *words):
    command = [sys.executable, "-m", "mnist_core", *map(str, words), "--json"]
    environment = {**os.environ, "MNIST_LAB_HOME": str(home)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
