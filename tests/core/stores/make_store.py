"""Make a store with an earlier version's own commands, and write it down as SQL.

`python tests/core/stores/make_store.py CHECKOUT NUMBER`: a checkout of the commit that `README.md` names, and
the revision that its stores are of.
"""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[2]), str(HERE.parents[1])]

from digits import make_digits, write_mat  # noqa: E402 - found by the path above

HOME = "/home/ada/.lab"
GRID = {"lr": [0.01, 0.001], "hidden1": [4], "hidden2": [3], "activation": ["Tanh"]}
WORDS = ["--grid", "grid.json", "--cv", "2", "--workers", "1"]
LONGER = ["--max-epochs", "30", "--patience", "30"]
TRAINING = [
    "--hidden",
    "4",
    "3",
    "--activation",
    "tanh",
    "--lr",
    "0.01",
    "--max-epochs",
    "4",
    "--keep-epochs",
]
N_IMAGES, N_EPOCHS = 300, 12


def make_store(checkout: Path, number: str) -> None:
    """Search to the end, kill a search half-way, train where the version can, and write all of it down."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        write_mat(work / "digits.mat", *make_digits(N_IMAGES))
        (work / "grid.json").write_text(json.dumps(GRID))
        call = Caller(checkout, work)
        call.finish("search", "digits.mat", *WORDS, "--max-epochs", "3")
        call.kill_half_way("search", "digits.mat", *WORDS, *LONGER)
        if "--keep-epochs" in call.finish("train", "--help"):
            call.finish("train", "digits.mat", *TRAINING, "--out", "trained")
        with closing(sqlite3.connect(work / "lab" / "lab.db")) as connection:
            text = "\n".join(connection.iterdump()) + "\n"
    text = text.replace(str(work / "lab"), HOME).replace(str(work), str(Path(HOME).parent))
    (HERE / f"r{number}.sql").write_text(text.replace(socket.gethostname(), "lab"), encoding="utf-8")


class Caller:
    """Carries commands of a checkout out."""

    def __init__(self, checkout: Path, work: Path) -> None:
        self._store = work / "lab" / "lab.db"
        self._options = {
            "cwd": work,
            "env": {**os.environ, "PYTHONPATH": str(checkout), "MNIST_LAB_HOME": str(work / "lab")},
            "start_new_session": True,
        }

    def finish(self, *words: str) -> str:
        """Carry a command out to its end and return what it said."""
        command = [sys.executable, "-m", "mnist_core", *words]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **self._options).stdout

    def kill_half_way(self, *words: str) -> None:
        """Begin a command, and kill it once some epochs are in the store."""
        before = self._count_epochs()
        begun = subprocess.Popen([sys.executable, "-m", "mnist_core", *words], **self._options)
        while self._count_epochs() < before + N_EPOCHS:
            assert begun.poll() is None, "it ended before"
            time.sleep(0.01)
        os.killpg(begun.pid, signal.SIGKILL)
        begun.wait()

    def _count_epochs(self) -> int:
        with suppress(sqlite3.OperationalError), closing(sqlite3.connect(self._store)) as connection:
            return connection.execute("SELECT count(*) FROM epochs").fetchone()[0]
        return 0


if __name__ == "__main__":
    make_store(Path(sys.argv[1]).resolve(), sys.argv[2])
