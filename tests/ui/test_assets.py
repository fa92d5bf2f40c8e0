"""Scripts are modules that find one another, and what leans on insides of others stands in one place."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from digits import ROOT

from mnist_ui.components.assets import find_module

FOLDER = ROOT / "mnist_ui" / "components"
INSIDES = re.compile(
    r"data-testid|data-stale|shadowRoot|getRootNode|upper-canvas|dc-toolbar|"
    r"(from|import) streamlit\.(runtime|web|elements|proto)|\"streamlit\.[a-z_.]+\""
)


def list_sources(*suffixes: str) -> list[Path]:
    rooms = [ROOT / "app.py", *(ROOT / "pages").rglob("*"), *(ROOT / "mnist_ui").rglob("*")]
    return [path for path in rooms if path.suffix in suffixes]


def test_a_module_that_two_import_has_one_address_for_both() -> None:
    shelf = find_module("kept/shelf.js")
    assert shelf.startswith("data:text/javascript,")
    for name in ("kept/kept.js", "live_answer/live_answer.js", "cloud/cloud.js"):
        assert f'from "{shelf}";' in unquote_once(find_module(name))


def unquote_once(address: str) -> str:
    return unquote(address.removeprefix("data:text/javascript,"))


@pytest.mark.parametrize("script", sorted(FOLDER.rglob("*.js")), ids=lambda path: path.name)
def test_a_module_in_its_address_says_what_it_says_in_its_file(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    own = re.sub(r'(?<= from ")[^"]+', "", text)
    linked = unquote_once(find_module(script))
    assert re.sub(r'(?<= from ")[^"]+', "", linked).startswith(own)
    assert linked.endswith(f"\n//# sourceURL={script.relative_to(ROOT)}\n")


def test_what_leans_on_the_insides_of_streamlit_or_the_canvas_stands_in_one_place() -> None:
    found = [
        path.name
        for path in list_sources(".py", ".js", ".css")
        if INSIDES.search(path.read_text(encoding="utf-8"))
    ]
    assert sorted(found) == ["streamlit_insides.js", "streamlit_insides.py"]
