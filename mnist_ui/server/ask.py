"""Asks the app of this machine whether it is ready: a container looks after itself so, without libraries."""

import os
import sys
import urllib.error
import urllib.request

_MAY_TAKE_S = 5.0


def ask() -> str:
    """Return what keeps the app from serving people; empty where nothing does."""
    port = os.environ.get("STREAMLIT_SERVER_PORT", "8501")
    below = os.environ.get("STREAMLIT_SERVER_BASE_URL_PATH", "").strip("/")
    address = f"http://localhost:{port}/{below}/ready" if below else f"http://localhost:{port}/ready"
    try:
        with urllib.request.urlopen(address, timeout=_MAY_TAKE_S):
            return ""
    except urllib.error.HTTPError as error:
        return error.read().decode(errors="replace")
    except OSError as error:
        return f"The app does not answer: {error}."


if __name__ == "__main__":
    sys.exit(ask() or None)
