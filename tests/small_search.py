"""A small search that has ended, in a lab of its own."""

import json
from pathlib import Path
from typing import Any

from commands import call_json
from digits import make_digits, write_mat


def search_small(home: Path) -> dict[str, Any]:
    """Search two candidates on a file whose name is markup, by the command, and return what it tells."""
    mat = write_mat(home / "<b>small.mat", *make_digits(600))
    (home / "G.json").write_text(
        json.dumps({"lr": [0.01], "hidden1": [16], "hidden2": [6], "activation": ["tanh", "relu"]})
    )
    words = ["--grid", home / "G.json", "--cv", 2, "--max-epochs", 2, "--out", home / "out"]
    return call_json(home, "search", mat, *words)
