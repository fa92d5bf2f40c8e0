"""How the code is built: rooms, files, names and classes that a head can hold."""

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from house import House, draw  # noqa: E402 - beside the tests, in `scripts`

HOUSE = House.read()

LONG_FILES = {
    "mnist_core/engines/fused/kernels.py": "the inner loops, written for LLVM; they share their registers",
}
"""Files above 300 lines, each with its reason."""


def test_no_file_is_long_without_a_reason():
    assert HOUSE.long_files() == sorted(LONG_FILES)


def test_no_two_modules_of_a_package_have_one_name():
    assert HOUSE.equal_names() == {}


def test_no_class_has_one_child():
    assert HOUSE.only_children() == []


def test_the_core_has_at_most_ten_rooms_beside_the_ground():
    assert len(HOUSE.rooms().keys() - {"ground"}) <= 10


def test_no_room_of_the_core_is_in_a_circle():
    assert HOUSE.floors()["ground"] == 0


def test_every_folder_says_in_its_first_line_what_it_is_for():
    folders = {Path(name).parent for name in HOUSE.files if name.endswith(".py")} - {Path()}
    silent = [
        str(folder)
        for folder in sorted(folders)
        if not ast.get_docstring(ast.parse(HOUSE.files.get(str(folder / "__init__.py"), "")))
    ]
    assert silent == []


def test_the_picture_of_the_rooms_is_that_of_the_code():
    assert (ROOT / "docs" / "rooms.svg").read_text(encoding="utf-8") == draw(HOUSE), (
        "draw it anew: python scripts/house.py --draw docs/rooms.svg"
    )
