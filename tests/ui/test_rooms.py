"""What a tab holds is typed in one place each, and a page knows no other page's room."""

import re
from collections import Counter
from importlib import import_module
from pathlib import Path

from digits import ROOT

from mnist_ui.session import Held

UI, PAGES = ROOT / "mnist_ui", ROOT / "pages"
STATES = [UI / "session.py", *sorted(UI.rglob("state.py"))]


def find_files(pattern: str) -> set[Path]:
    files = [*PAGES.glob("*.py"), *UI.rglob("*.py"), ROOT / "app.py"]
    return {path for path in files if re.search(pattern, path.read_text(encoding="utf-8"))}


def list_keys() -> list[str]:
    modules = [import_module(".".join(path.relative_to(ROOT).with_suffix("").parts)) for path in STATES]
    values = [value for module in modules for value in vars(module).values()]
    several = [one for value in values if isinstance(value, dict) for one in value.values()]
    held = {id(value): value for value in [*values, *several] if isinstance(value, Held)}
    return [str(value) for value in held.values()]


def test_the_session_state_is_read_and_written_by_what_is_held_alone():
    assert find_files(r"session_state[\[.]| in st\.session_state") == {UI / "session.py"}


def test_what_is_held_is_typed_in_the_session_or_in_the_state_of_a_room():
    # The key of a field in which numbers are typed is named by who asks for them.
    assert find_files(r"\bHeld(\[.+\])?\((?!str)") - set(STATES) == {UI / "typed.py"}


def test_no_two_things_are_held_under_one_key():
    keys = list_keys()

    assert len(keys) > 50
    assert [key for key, n in Counter(keys).items() if n > 1] == []


def test_a_page_knows_the_room_of_no_other_page():
    rooms = {path.stem for path in PAGES.glob("*.py")} & {path.name for path in UI.iterdir()}
    known = {
        page.stem: set(re.findall(r"from mnist_ui\.(\w+)", page.read_text(encoding="utf-8"))) & rooms
        for page in PAGES.glob("*.py")
    }

    assert len(rooms) == 12
    assert {page: others - {page} for page, others in known.items() if others - {page}} == {}
