"""Downloads beside the pages: one for all who wait, stopped for all, and gone on with."""

import time
from dataclasses import replace

import numpy as np
from mirrors import make_set, serve

from mnist_ui.data.fetches import Fetch, Fetches


def await_end(fetch: Fetch) -> str:
    deadline = time.monotonic() + 30
    while not fetch.progress.is_done and time.monotonic() < deadline:
        time.sleep(0.01)
    assert fetch.progress.is_done
    return str(fetch.progress.trouble or "")


def test_who_comes_later_joins_in_and_what_was_stopped_is_gone_on_with(tmp_path):
    with serve() as server:
        server.files = {name: np.random.default_rng(0).bytes(600_000) for name in server.files}
        public, fetches = make_set("mnist-60000", [server.mirror("held")], server.files), Fetches()
        fetch = fetches.start(public, tmp_path)
        assert fetches.start(public, tmp_path) is fetch
        while not fetch.progress.share:
            time.sleep(0.01)
        fetch.stop()
        server.gate.set()
        assert "Fetching MNIST 60000 was stopped: what has come is kept" in await_end(fetch)

        again = fetches.start(replace(public, mirrors=(server.mirror("whole"),)), tmp_path)

        assert again is not fetch
        assert await_end(again) == ""
    (first, rest, _) = server.asked
    assert rest.startswith(f"/whole/{first.rpartition('/')[2]}+")
