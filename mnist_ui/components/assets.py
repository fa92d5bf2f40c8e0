"""How Streamlit gets a component of our own: a folder with Python, script and style."""

import re
from pathlib import Path
from urllib.parse import quote

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

_FOLDER = Path(__file__).resolve().parent
_ROOT = _FOLDER.parents[1]  # of the lab's packages: the core has a script that a page of its own needs too
_MODULE = re.compile(r'(?<= from ")\.[^"]+')
_STYLE = re.compile(r'@import "([^"]+)";')
_PLAIN = " !$&'()*+,-./:;<=>?@[]^_`{|}~"  # needs no escape in an address, which so hardly grows, nested too


def declare(name: str, html: str | None = None) -> ComponentRenderer:
    """Declare the component of a folder: `NAME/NAME.js`, and `NAME/NAME.css` where there is one."""
    script, style = (_FOLDER / name / f"{name}.{suffix}" for suffix in ("js", "css"))
    css = read_style(style) if style.exists() else None
    return st.components.v2.component(f"lab_{name}", html=html, css=css, js=_read_module(script))


def find_module(name: str | Path) -> str:
    """Return the address under which a module is imported, by its path from here: one for all who import it.

    Streamlit gives a script no address beside which others could lie. So a module is its own address; a
    browser loads each address once, and what a module keeps is shared by all components of a tab.
    """
    return f"data:text/javascript,{quote(_read_module((_FOLDER / name).resolve()), _PLAIN)}"


def read_style(name: str | Path) -> str:
    """Read a style sheet, by its path from here, those that it imports in their places."""
    path = _FOLDER / name
    text = path.read_text(encoding="utf-8")
    return _STYLE.sub(lambda found: read_style(path.parent / found[1]), text)


def _read_module(path: Path) -> str:
    """Read a module, the paths of those that it imports replaced by their addresses."""
    text = path.read_text(encoding="utf-8")
    linked = _MODULE.sub(lambda found: find_module((path.parent / found[0]).resolve()), text)
    # Its name where an error is told.
    return f"{linked}\n//# sourceURL={path.relative_to(_ROOT)}\n"
