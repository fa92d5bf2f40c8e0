"""Who is told of the end of a run: a real server on this machine gets the webhook."""

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import asdict, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from stored_runs import OUTCOME, begin_run

from mnist_core.ground.settings import Settings, read_settings
from mnist_core.store import WorkState, end, get_search, release
from mnist_core.work.notify import notify_end


class _Hook(HTTPServer):
    """Keeps what it is sent; answers with `status`."""

    def __init__(self) -> None:
        super().__init__(("localhost", 0), _Answer)
        self.status = 200
        self.got: list[dict] = []

    @property
    def address(self) -> str:
        return f"json://me:secret@localhost:{self.server_port}/hook"


class _Answer(BaseHTTPRequestHandler):
    server: _Hook

    def do_POST(self) -> None:
        self.server.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hook() -> Iterator[_Hook]:
    server = _Hook()
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def settings(hook: _Hook) -> Settings:
    return Settings(home=Path("/nowhere"), database="", notify=hook.address)


def end_run(store, state, outcome=None):
    run_id = begin_run(store, "wider layers")
    end(store, run_id, state, "its data set is gone", outcome and asdict(outcome))
    return get_search(store, run_id)


def test_a_webhook_gets_what_a_search_found(store, hook, settings):
    notify_end(end_run(store, WorkState.DONE, OUTCOME), settings)
    [news] = hook.got
    assert news["title"] == "✓ wider layers: done, 90.0%"
    assert news["type"] == "success"
    assert "reads 91.00% of the held-out images" in news["message"]


def test_a_webhook_gets_why_a_run_failed(store, hook, settings):
    notify_end(end_run(store, WorkState.FAILED), settings)
    [news] = hook.got
    assert (news["title"], news["type"]) == ("✕ wider layers: failed", "failure")
    assert "its data set is gone." in news["message"]


@pytest.mark.parametrize("state", [WorkState.PAUSED, WorkState.INTERRUPTED])
def test_a_run_that_stops_before_its_end_is_news(store, hook, settings, state):
    notify_end(end_run(store, state), settings)
    assert hook.got[0]["type"] == "warning"


def test_a_run_that_goes_on_or_was_cancelled_is_no_news(store, hook, settings):
    running = get_search(store, begin_run(store))
    released = begin_run(store)
    release(store, released, "its worker is gone")
    for run in (running, get_search(store, released), end_run(store, WorkState.CANCELLED)):
        notify_end(run, settings)
    assert hook.got == []


def test_without_addresses_nobody_is_told(store, hook, settings):
    notify_end(end_run(store, WorkState.DONE, OUTCOME), replace(settings, notify=""))
    assert hook.got == []


def test_all_addresses_are_told(store, hook, settings):
    notify_end(
        end_run(store, WorkState.DONE, OUTCOME), replace(settings, notify=f"{hook.address} {hook.address}2")
    )
    assert len(hook.got) == 2


def test_a_refusal_is_logged_without_the_password(store, hook, settings, caplog):
    hook.status = 500
    run = end_run(store, WorkState.DONE, OUTCOME)
    notify_end(run, settings)
    [words] = [record.getMessage() for record in caplog.records if record.name == "mnist_lab.notify"]
    assert re.match(rf"not all of json://.*localhost.* took the news of run {run.id}", words)
    assert "secret" not in words


@pytest.mark.parametrize("address", ["json://localhost:1/nobody", "no address at all", "unknown://here"])
def test_an_address_that_cannot_be_told_is_logged_and_no_more(store, caplog, address):
    settings = Settings(home=Path("/nowhere"), database="", notify=address)
    with caplog.at_level(logging.WARNING, "mnist_lab.notify"):
        notify_end(end_run(store, WorkState.DONE, OUTCOME), settings)
    assert [record for record in caplog.records if record.name == "mnist_lab.notify"]


def test_addresses_come_from_the_environment_and_are_not_printed():
    settings = read_settings({"MNIST_LAB_HOME": "/somewhere", "MNIST_LAB_NOTIFY": "json://me:secret@host"})
    assert settings.notify == "json://me:secret@host"
    assert "secret" not in repr(settings)
