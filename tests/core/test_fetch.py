"""Fetching from a small local server: damaged, dead and cut mirrors, then whole ones."""

import gzip
import hashlib
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from digits import make_digits

from mnist_core.data.mnist import HASHES, MIRRORS, fetch_mnist
from mnist_core.ground.errors import FetchError

IMAGES, LABELS = "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"


def make_idx(values: np.ndarray) -> bytes:
    lengths = b"".join(length.to_bytes(4, "big") for length in values.shape)
    return gzip.compress(bytes([0, 0, 8, values.ndim]) + lengths + values.tobytes(), mtime=0)


DIGITS = make_digits(300)
FILES = {
    IMAGES: make_idx(np.round(DIGITS[0] * 255).astype(np.uint8)),
    LABELS: make_idx(DIGITS[1].astype(np.uint8)),
}
FILE_HASHES = {name: hashlib.sha256(content).hexdigest() for name, content in FILES.items()}


class Mirror(BaseHTTPRequestHandler):
    """Serves the files below /whole/, other bytes below /other/, half of them below /cut/."""

    def do_GET(self) -> None:
        _, kind, name = self.path.split("/")
        content = FILES.get(name, b"")
        if kind not in {"whole", "other", "cut"}:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        shown = {"whole": content, "other": content[::-1], "cut": content[: len(content) // 2]}
        self.wfile.write(shown[kind])
        self.server.asked.append(self.path)  # type: ignore[attr-defined]

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


class Server(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Mirror)
        self.asked: list[str] = []


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def mirror(server: Server) -> Callable[[str], str]:
    return lambda kind: f"http://127.0.0.1:{server.server_port}/{kind}/"


@pytest.fixture
def dead_mirror() -> str:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{unused.getsockname()[1]}/"


def test_whole_files_become_the_data_set(tmp_path, mirror):
    dataset = fetch_mnist(tmp_path, None, [mirror("whole")], FILE_HASHES)
    np.testing.assert_array_equal(dataset.images, DIGITS[0])
    np.testing.assert_array_equal(dataset.labels, DIGITS[1])
    assert dataset.origin.variables[0] == ("train-images-idx3-ubyte", "300 x 28 x 28 uint8")


@pytest.mark.parametrize("kind", ["other", "cut", "absent"])
def test_the_next_mirror_is_asked_when_one_fails(tmp_path, mirror, kind):
    dataset = fetch_mnist(tmp_path, None, [mirror(kind), mirror("whole")], FILE_HASHES)
    assert dataset.n_samples == 300


def test_the_next_mirror_is_asked_when_one_is_dead(tmp_path, mirror, dead_mirror):
    dataset = fetch_mnist(tmp_path, None, [dead_mirror, mirror("whole")], FILE_HASHES)
    assert dataset.n_samples == 300


@pytest.mark.parametrize(
    ("kind", "reason"), [("other", "gave other bytes"), ("cut", "broke off"), ("absent", "answered 404")]
)
def test_one_sentence_says_what_each_mirror_did(tmp_path, mirror, kind, reason):
    with pytest.raises(
        FetchError, match=rf"needs a mirror that gives {LABELS} whole, but 127\.0\.0\.1:\d+ {reason}:"
    ):
        fetch_mnist(tmp_path, None, [mirror(kind)], FILE_HASHES)


def test_without_a_network_the_sentence_says_what_needs_none(tmp_path, dead_mirror):
    with pytest.raises(FetchError, match=r"none of 2 public mirrors could be reached: .* built-in sample"):
        fetch_mnist(tmp_path, None, [dead_mirror, dead_mirror], FILE_HASHES)


def test_what_did_not_arrive_whole_leaves_nothing_behind(tmp_path, mirror):
    with pytest.raises(FetchError):
        fetch_mnist(tmp_path, None, [mirror("cut"), mirror("other")], FILE_HASHES)
    assert list(tmp_path.iterdir()) == []


def test_a_second_fetch_asks_nobody(tmp_path, mirror, server, dead_mirror):
    fetch_mnist(tmp_path, None, [mirror("whole")], FILE_HASHES)
    dataset = fetch_mnist(tmp_path, None, [dead_mirror], FILE_HASHES)
    assert dataset.n_samples == 300
    assert server.asked == [f"/whole/{LABELS}", f"/whole/{IMAGES}"]


def test_a_file_that_was_harmed_since_is_fetched_again(tmp_path, mirror):
    fetch_mnist(tmp_path, None, [mirror("whole")], FILE_HASHES)
    (tmp_path / IMAGES).write_bytes(b"harmed")
    assert fetch_mnist(tmp_path, None, [mirror("whole")], FILE_HASHES).n_samples == 300


def test_progress_ends_at_the_size_of_each_file(tmp_path, mirror):
    told: list[tuple[str, int, int]] = []
    fetch_mnist(tmp_path, lambda *step: told.append(step), [mirror("whole")], FILE_HASHES)
    assert {name: (done, of) for name, done, of in told} == {
        name: (len(content), len(content)) for name, content in FILES.items()
    }
    assert all(done <= of for _, done, of in told)


def test_a_folder_that_cannot_be_written_is_named(tmp_path, mirror):
    (tmp_path / "taken").write_text("a file where the folder should be")
    with pytest.raises(FetchError, match="needs room in"):
        fetch_mnist(tmp_path / "taken", None, [mirror("whole")], FILE_HASHES)


def test_the_known_hashes_and_mirrors_are_complete():
    assert set(HASHES) == {IMAGES, LABELS}
    assert all(len(code) == 64 for code in HASHES.values())
    assert len(MIRRORS) >= 2
    assert all(mirror.startswith("https://") and mirror.endswith("/") for mirror in MIRRORS)
