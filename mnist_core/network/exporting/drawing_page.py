"""A network as a page of its own: one file that asks for nothing, to draw and to see what it makes of it."""

import json
import re
from html import escape
from pathlib import Path

from mnist_core.ground.errors import ModelError
from mnist_core.network.exporting.plain_layers import say_title
from mnist_core.network.in_browser import READING, is_runnable, pack_network
from mnist_core.network.models import Model
from mnist_core.pens import SIDE

_MOST_BYTES = 1_000_000  # a page that a phone loads and a course site takes
_IMPORT = re.compile(r"^import .*;\n", re.MULTILINE)
_EXPORT = re.compile(r"^export ", re.MULTILINE)


def check_page(model: Model) -> None:
    """Refuse a network that a page cannot draw for or hold.

    Raises
    ------
    ModelError
        If it is such a one.
    """
    if not is_runnable(model):
        side = model.info.side
        raise ModelError(
            f"A page draws images of {SIDE} x {SIDE} pixels, but {model.name} reads {side} x {side}: choose "
            "another format."
        )
    n_bytes = model.network.n_parameters * 16 // 3 + len(_write_page(model, "").encode())
    if n_bytes > _MOST_BYTES:
        raise ModelError(
            f"A page holds 1 MB at most, but {model.name} with its {model.network.n_parameters:,} parameters "
            f"would take {n_bytes / 1e6:.1f} MB: choose another format, or a smaller network."
        )


def write_page(model: Model, stem: str) -> dict[str, bytes]:
    """Write a page with the network, its scripts and its style inside."""
    packed = {**pack_network(model), "classes": list(model.info.class_names)}
    network = json.dumps(packed).replace("<", "\\u003c")  # no name of a class ends the script
    return {f"{stem}.html": _write_page(model, network).encode()}


def _write_page(model: Model, network: str) -> str:
    parts = {
        "title": escape(f"{model.name} reads what you draw"),
        "about": escape(f"{say_title(model)}."),
        "style": _read("css"),
        "script": _join_modules(),
        "network": network,
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], _read("html"))


def _join_modules() -> str:
    """Join the scripts to one: a file that asks for nothing cannot import another."""
    page = _IMPORT.sub("", _read("js"))
    return _EXPORT.sub("", READING.read_text(encoding="utf-8")) + page


def _read(suffix: str) -> str:
    return Path(__file__).with_suffix(f".{suffix}").read_text(encoding="utf-8")
