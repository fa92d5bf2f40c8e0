"""The log: one form of line, one file for all processes, nothing that two lines could be."""

import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from digits import ROOT

from mnist_core.ground import logs
from mnist_core.ground.logs import Who, about, keep_log

_LOG = logging.getLogger("mnist_lab.test")
_LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (\w+) (person=.*)")


@pytest.fixture(autouse=True)
def lab_logger() -> Iterator[None]:
    logger = logging.getLogger("mnist_lab")
    before = logger.handlers, logger.level, logger.propagate
    yield
    for handler in logger.handlers:
        handler.close()
    logger.handlers, logger.level, logger.propagate = before


def read_lines(folder: Path) -> list[tuple[str, ...]]:
    found = [_LINE.fullmatch(line) for line in (folder / "app.log").read_text().splitlines()]
    assert all(found)
    return [one.groups() for one in found if one]


def test_a_line_names_person_page_and_work(tmp_path: Path) -> None:
    keep_log(tmp_path, lambda: Who("9f2c", 'Åsa "A"', "search"))

    _LOG.warning("refused", extra=about(work="w-1"))

    assert read_lines(tmp_path) == [
        ("WARNING", 'person=9f2c/"Åsa \\"A\\"" page=search work=w-1 refused'),
    ]


def test_a_line_of_nobody_says_so(tmp_path: Path) -> None:
    keep_log(tmp_path)

    _LOG.info("the app starts")

    assert read_lines(tmp_path) == [("INFO", "person=- page=- work=- the app starts")]


def test_what_is_quoted_makes_no_line_of_its_own(tmp_path: Path) -> None:
    keep_log(tmp_path, lambda: Who("a b\n", "x\ny", "p\u2028q"))

    _LOG.info("file 'a\nb\u2028c' refused")

    assert read_lines(tmp_path) == [
        ("INFO", "person=a_b_/\"x\\ny\" page=p_q work=- file 'a\\nb\\nc' refused"),
    ]


def test_a_folder_that_cannot_be_written_leaves_the_lines_to_stderr(tmp_path: Path, capsys) -> None:
    (tmp_path / "file").write_text("")
    keep_log(tmp_path / "file" / "logs")

    _LOG.info("still said")

    assert "person=- page=- work=- still said\n" in capsys.readouterr().err


def test_several_processes_share_a_file_that_is_turned_over(tmp_path: Path) -> None:
    script = (
        "import logging, sys; from pathlib import Path; from mnist_core.ground import logs;"
        "logs._MOST_BYTES = 10_000; logs.keep_log(Path(sys.argv[1]));"
        "[logging.getLogger('mnist_lab.test').info('%s %d', sys.argv[2], n) for n in range(300)]"
    )
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path), name], cwd=ROOT, stderr=subprocess.DEVNULL
        )
        for name in ("one", "two")
    ]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]

    files = sorted(tmp_path.glob("app.log*"))
    lines = [line for file in files for line in file.read_text().splitlines()]
    said = sorted(line.partition("work=- ")[2] for line in lines)
    assert said == sorted(f"{name} {number}" for name in ("one", "two") for number in range(300))
    assert len(files) > 2
    assert max(file.stat().st_size for file in files) <= 10_000


def test_the_file_of_all_is_small_enough_to_keep() -> None:
    assert logs._MOST_BYTES * (1 + logs._OLDER) <= 30_000_000
