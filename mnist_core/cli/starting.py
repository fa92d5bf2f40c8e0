"""The app by one word: on a free port, and open in the browser."""

import signal
import socket
import subprocess
import sys
import time
import webbrowser
from contextlib import suppress

from mnist_core.cli.say import report
from mnist_core.ground.settings import PROJECT_FOLDER

_USUAL_PORT = 8501
_LOOK_EVERY_S = 0.2


def start_app() -> int:
    """Start the app, open it in the browser once it answers, and return how it ended."""
    port = _find_port()
    address = f"http://localhost:{port}"
    words = ["-m", "streamlit", "run", str(PROJECT_FOLDER / "app.py"), "--server.port", str(port)]
    app = subprocess.Popen([sys.executable, *words])
    signal.signal(signal.SIGINT, lambda *_: None)  # it reaches the app too, whose end is waited for
    signal.signal(signal.SIGTERM, lambda *_: app.terminate())
    while app.poll() is None and not _answers(port):
        time.sleep(_LOOK_EVERY_S)
    if app.poll() is None and not webbrowser.open(address):
        report(f"Open {address} in a browser.")
    return app.wait()


def _find_port() -> int:
    """Find the usual port, or any other where that is taken."""
    for port in (_USUAL_PORT, 0):
        with suppress(OSError), socket.create_server(("localhost", port)) as server:
            return int(server.getsockname()[1])
    raise AssertionError("no port is free")


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("localhost", port), timeout=_LOOK_EVERY_S):
        return True
    return False
