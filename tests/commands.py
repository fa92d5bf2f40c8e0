"""Commands as a user calls them."""

import io
import json
import signal
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any

import pytest
from digits import ROOT

from mnist_core.cli import main


@dataclass(frozen=True)
class Said:
    stdout: str
    stderr: str


def call(home: Any, *words: Any, code: int = 0) -> Said:
    """Carry a command out in this process, so that its libraries are loaded once for all tests."""
    stdout, stderr = io.StringIO(), io.StringIO()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(stdout), redirect_stderr(stderr):
        patch.setenv("MNIST_LAB_HOME", str(home))
        patch.chdir(ROOT)
        try:
            ended = main(list(map(str, words)))
        except SystemExit as end:
            ended = end.code or 0
    for number, handler in handlers.items():
        signal.signal(number, handler)
    assert ended == code, stderr.getvalue()
    return Said(stdout.getvalue(), stderr.getvalue())


def call_json(home: Any, *words: Any) -> Any:
    return json.loads(call(home, *words, "--json").stdout)
