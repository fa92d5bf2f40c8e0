"""The addresses of health, and the log, of a real app below a path."""

import json
import re
import shutil
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from processes import wait_until
from visitor import OpenTab, go_to, open_sample, plan_small_search, settle, start_search, wait_for_winner

from benchmarks.tabs.server import Server, run_app


def ask(url: str) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


@pytest.mark.slow
@pytest.mark.parametrize("path", ["", "lab"])
def test_an_app_says_that_it_lives_and_then_that_it_is_ready(tmp_path: Path, path: str) -> None:
    with run_app(tmp_path / "home", path=path) as app:
        assert ask(app.address("health")) == (200, {"is_alive": True})
        first = ask(app.address("ready"))
        wait_until(lambda: ask(app.address("ready"))[0] == 200)

        assert first == (
            503,
            {"is_ready": False, "missing": ["The pages are being loaded: ask again in some seconds."]},
        )
        assert ask(app.address("ready")) == (200, {"is_ready": True, "missing": []})


@pytest.mark.slow
def test_what_is_missing_is_said_in_a_sentence_each_and_without_secrets(tmp_path: Path) -> None:
    home = tmp_path / "home"
    store = "postgresql+psycopg://ada:se-cret@localhost:1/lab"
    with run_app(home, settings={"MNIST_LAB_DATABASE": store}) as app:
        wait_until(lambda: "loaded" not in str(ask(app.address("ready"))))
        shutil.rmtree(home)
        home.write_text("a file where a folder was")

        status, answer = ask(app.address("ready"))

        assert status == 503
        assert [sentence.partition(":")[0] for sentence in answer["missing"]] == [
            "The lab's home cannot be written to",
            "The store of runs does not answer",
        ]
        assert not re.search("ada|se-cret|localhost", json.dumps(answer))
        assert "se-cret" not in app.log_path.read_text()
        assert ask(app.address("health"))[0] == 200


@pytest.mark.slow
def test_the_log_names_the_pages_that_are_opened_and_no_query(open_tab: OpenTab, lab: Server) -> None:
    tab = open_tab("train?run=20260101-000000-s3cr")
    settle(tab)
    go_to(tab, "Home")
    go_to(tab, "Data")

    log = (lab.home / "logs" / "app.log").read_text()

    assert re.findall(r"INFO person=- page=(\w+) work=- page opened", log) == ["train", "home", "data"]
    assert "s3cr" not in log + lab.log_path.read_text()


@pytest.mark.slow
def test_work_is_in_the_log_with_who_asked_for_it_and_how_it_ended(open_tab: OpenTab, lab: Server) -> None:
    tab = open_tab("data")
    open_sample(tab)
    go_to(tab, "Search")
    plan_small_search(tab, epochs=1)
    start_search(tab)
    wait_for_winner(tab)

    log = (lab.home / "logs" / "app.log").read_text()

    asked, begun, ended = re.findall(r"person=- page=(\S+) work=(\S+) search (asked for|begins|ends)", log)
    assert (asked[0], asked[2]) == ("search", "asked for")
    assert begun == ("-", asked[1], "begins")
    assert ended == ("-", asked[1], "ends")
