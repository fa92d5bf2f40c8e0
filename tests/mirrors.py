"""A small local server of made files, as a mirror of public data sets: whole, damaged or cut."""

import gzip
import hashlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
from digits import make_digits

from mnist_core.data.fetching import CATALOG, Download, PublicSet

IMAGES, LABELS = "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"
TEST_IMAGES, TEST_LABELS = "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"


def make_idx(values: np.ndarray) -> bytes:
    lengths = b"".join(length.to_bytes(4, "big") for length in values.shape)
    return gzip.compress(bytes([0, 0, 8, values.ndim]) + lengths + values.tobytes(), mtime=0)


DIGITS = make_digits(300)
PIXELS, CLASSES = np.round(DIGITS[0] * 255).astype(np.uint8), DIGITS[1].astype(np.uint8)
FILES = {
    IMAGES: make_idx(PIXELS[:250]),
    LABELS: make_idx(CLASSES[:250]),
    TEST_IMAGES: make_idx(PIXELS[250:]),
    TEST_LABELS: make_idx(CLASSES[250:]),
}
"""What a server has at first."""


def make_set(name: str, mirrors: list[str], files: dict[str, bytes] = FILES) -> PublicSet:
    """Make an entry of the catalog whose files are the server's."""
    downloads = [
        Download(one.name, hashlib.sha256(files[one.name]).hexdigest(), len(files[one.name]))
        for one in CATALOG[name].downloads
    ]
    return replace(CATALOG[name], mirrors=tuple(mirrors), downloads=tuple(downloads))


class Mirror(BaseHTTPRequestHandler):
    """Serves the files below /whole/, other bytes below /other/, half of them below /cut/.

    Below /held/ the second half comes once the server's gate is open.
    """

    server: "Server"

    def do_GET(self) -> None:
        _, kind, name = self.path.split("/")
        content = self.server.files.get(name, b"")
        if kind not in {"whole", "other", "cut", "held"}:
            self.send_error(404)
            return
        content = content[::-1] if kind == "other" else content
        start = int(self.headers.get("Range", "bytes=0-")[6:-1])
        if start >= len(content):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        self.server.asked.append(f"{self.path}+{start}" if start else self.path)
        middle = max(start, len(content) // 2)
        with suppress(ConnectionError):  # whoever asked may have gone
            self.wfile.write(content[start:middle])
            if kind == "held":
                self.server.gate.wait(30)
            if kind != "cut":
                self.wfile.write(content[middle:])

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


class Server(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Mirror)
        self.asked: list[str] = []
        self.files = dict(FILES)
        self.gate = threading.Event()

    def mirror(self, kind: str) -> str:
        """Return the address of a mirror: whole, other, cut, or any that is absent."""
        return f"http://127.0.0.1:{self.server_port}/{kind}/"


@contextmanager
def serve() -> Iterator[Server]:
    """Run a server."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def find_dead_address() -> str:
    """Find an address of this machine at which nobody answers."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{unused.getsockname()[1]}/"
