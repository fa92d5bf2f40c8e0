"""How commands end that are interrupted, that nobody reads, or that find no room: each in a process."""

import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from commands import call, call_json
from digits import ROOT, make_digits, write_mat

from mnist_core.data.sample import SAMPLE_PATH

pytestmark = pytest.mark.processes

SAMPLE = str(SAMPLE_PATH)
NETWORK = ["--hidden", "8", "6", "--activation", "tanh", "--lr", "0.01"]
ENDLESS = ["train", SAMPLE, *NETWORK, "--max-epochs", "90000", "--patience", "90000"]
FULL_AFTER = 60_000  # bytes of a file, of a disk that is full then


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


def begin(home, *words, options=(), **pipes):
    command = [sys.executable, *options, "-m", "mnist_core", *map(str, words)]
    environment = {**os.environ, "MNIST_LAB_HOME": str(home)}
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, **{"stderr": subprocess.PIPE, **pipes}
    )


def carry_out(home, *words, **pipes):
    with begin(home, *words, **pipes) as begun:
        said = begun.communicate(timeout=120)[1]
    return begun.returncode, said


def await_line(begun, mark):
    while mark not in (line := begun.stderr.readline()):
        assert line, "it ended before"


def open_unread():
    """Open a pipe that nobody reads any more, as `head` leaves one behind."""
    reading, writing = os.pipe()
    os.close(reading)
    return os.fdopen(writing, "w")


def test_interrupted_while_its_libraries_load_it_ends_as_other_commands_do(home, tmp_path):
    with begin(home, *ENDLESS, "--out", tmp_path / "model", options=["-X", "importtime"]) as begun:
        await_line(begun, "numpy")
        begun.send_signal(signal.SIGINT)
        said = begun.communicate(timeout=60)[1]

    assert begun.returncode == 130
    assert "Traceback" not in said
    assert "KeyboardInterrupt" not in said


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_at_work_it_says_so_and_leaves_nothing(home, tmp_path, number, code):
    with begin(home, *ENDLESS, "--out", tmp_path / "model") as begun:
        await_line(begun, "epoch   2")
        begun.send_signal(number)
        said = begun.communicate(timeout=60)[1]

    assert begun.returncode == code
    assert said.splitlines()[-1] == "Stopped."
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words", [["runs"], ["runs", "--json"], ["--help"], ["train", "--help"]], ids=" ".join
)
def test_an_answer_that_nobody_reads_ends_it_without_a_word(home, words):
    with open_unread() as nobody:
        assert carry_out(home, *words, stdout=nobody) == (141, "")


def test_an_error_that_nobody_reads_ends_it_without_a_word(home):
    with open_unread() as nobody:
        assert carry_out(home, "inspect", "nowhere.mat", stderr=nobody)[0] == 141


def test_a_search_whose_progress_nobody_reads_is_paused_and_no_bug(tmp_path):
    mat = write_mat(tmp_path / "small.mat", *make_digits(600))

    with open_unread() as nobody:
        code, _ = carry_out(tmp_path, "search", mat, "--workers", 1, "--patience", 400, stderr=nobody)

    assert code == 141
    [run] = call_json(tmp_path, "runs")
    assert (run["state"], "bug" in run["message"]) == ("paused", False)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_an_answer_that_finds_no_room_is_told_in_a_line(home):
    with Path("/dev/full").open("w") as full:
        code, said = carry_out(home, "runs", "--json", stdout=full)

    assert (code, said.count("\n")) == (2, 1)
    assert "The answer cannot be written (No space left on device)" in said


HOMES = {"a file": "file", "below a file": "file/lab", "read-only": "/sys"}
NEEDY = {
    "runs": ["runs"],
    "search": ["search", SAMPLE],
    "resume": ["resume", "20300101-000000-abcd"],
    "train": ["train", SAMPLE, *NETWORK, "--keep-epochs", "--out", "model"],
    "film": ["film", "20300101-000000-abcd", "--out", "film.gif"],
    "report": ["report", "20300101-000000-abcd"],
    "import": ["corrections", "import", "strokes.json"],
}


@pytest.mark.parametrize("kind", HOMES)
@pytest.mark.parametrize("command", NEEDY)
def test_a_home_that_cannot_be_written_is_named_in_a_line(tmp_path, command, kind):
    (tmp_path / "file").write_text("no folder")
    (tmp_path / "strokes.json").write_text(json.dumps([{"strokes": [[[0, 0], [60, 0]]], "label": 7}]))
    home = tmp_path / HOMES[kind]
    if kind == "read-only" and not home.is_dir():
        pytest.skip("no folder here is read-only for everybody")
    words = [
        tmp_path / word if word in ("model", "film.gif", "strokes.json") else word for word in NEEDY[command]
    ]

    said = call(home, *words, code=2).stderr

    assert said.count("\n") == 1, said
    assert str(home) in said
    assert "must be a URL" not in said


def test_a_home_that_is_a_file_is_no_traceback_of_a_search(tmp_path):
    (tmp_path / "file").write_text("no folder")

    code, said = carry_out(tmp_path / "file", "search", SAMPLE)

    assert (code, said.count("\n")) == (2, 1), said
    assert f"The lab keeps its state in {tmp_path / 'file'}, but cannot write there" in said


def limit_files():
    resource.setrlimit(resource.RLIMIT_FSIZE, (FULL_AFTER, FULL_AFTER))


@pytest.fixture(scope="module")
def training(home, tmp_path_factory):
    model = tmp_path_factory.mktemp("model") / "model"
    words = ["train", SAMPLE, *NETWORK, "--limit", 600, "--max-epochs", 30, "--patience", 30, "--keep-epochs"]
    return call_json(home, *words, "--out", model)["training"]


def test_a_film_that_finds_no_room_leaves_the_one_that_was_there(home, training, tmp_path):
    film = tmp_path / "film.gif"
    film.write_text("the one before")

    code, said = carry_out(home, "film", training, "--out", film, preexec_fn=limit_files)

    told, why = said.splitlines()
    assert (code, told) == (2, f"{film} is there already, and will be replaced.")
    assert f"The film must go to {film}, but it cannot be written (File too large)" in why
    assert [(path, path.read_text()) for path in tmp_path.iterdir()] == [(film, "the one before")]


def test_a_table_goes_down_a_pipe_or_to_a_device(home):
    done = subprocess.run(
        [sys.executable, "-m", "mnist_core", "calibrate", "paper", SAMPLE, "--csv", "/dev/stdout"],
        cwd=ROOT,
        env={**os.environ, "MNIST_LAB_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert "temperature" in done.stdout
    assert carry_out(home, "calibrate", "paper", SAMPLE, "--csv", os.devnull)[0] == 0
    assert not Path(os.devnull).is_file()
