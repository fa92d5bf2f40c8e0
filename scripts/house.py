"""Measure how the code is built, now and at an earlier commit, and draw its rooms.

`python scripts/house.py` counts the work tree, `--since COMMIT` both; `--draw FILE.svg` draws the rooms of
`mnist_core` with what imports what and the way of the data.
"""

import argparse
import ast
import io
import statistics
import subprocess
import sys
import tarfile
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parent.parent
MOST_LINES = 300
"""A longer file needs a reason, which tests/core/test_house.py lists."""

_PRODUCT = ("app.py", "pages/", "mnist_ui/", "mnist_core/")
_SCRIPTS = (".js", ".css")
_WAY = {
    "data": "1  a file becomes a data set",
    "pens": "or strokes become images",
    "search": "2  candidates are tried on its folds",
    "training": "3  the best is trained on all of it",
    "network": "4  it is saved as a folder",
    "insight": "5  and measured, looked into, read with",
}
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class House:
    """The product's code.

    Attributes
    ----------
    files : mapping of str to str
        The text of each file of the product by its path; tests are none of it.
    """

    files: Mapping[str, str]

    @staticmethod
    def read(commit: str | None = None) -> "House":
        """Read the tracked files of the work tree, or those of a commit."""
        if commit is None:
            names = _git("ls-files").decode().splitlines()
            texts = {name: (ROOT / name).read_bytes() for name in names if (ROOT / name).is_file()}
        else:
            with tarfile.open(fileobj=io.BytesIO(_git("archive", commit))) as archive:
                files = {one.name: archive.extractfile(one) for one in archive.getmembers()}
                texts = {name: file.read() for name, file in files.items() if file is not None}
        return House(
            {
                name: text.decode()
                for name, text in texts.items()
                if name.startswith(_PRODUCT) and name.endswith((".py", *_SCRIPTS))
            }
        )

    @cached_property
    def modules(self) -> dict[str, ast.Module]:
        """Parse each Python file; by its dotted name."""
        return {_dotted(name): ast.parse(text) for name, text in self.files.items() if name.endswith(".py")}

    @cached_property
    def lengths(self) -> dict[str, int]:
        """Count the lines of each file."""
        return {name: len(text.splitlines()) for name, text in self.files.items()}

    def functions(self) -> list[int]:
        """Count the lines of each function, its docstring among them, in order."""
        nodes = (node for module in self.modules.values() for node in ast.walk(module))
        return sorted(
            (node.end_lineno or node.lineno) - node.lineno + 1
            for node in nodes
            if isinstance(node, _Function)
        )

    def long_files(self) -> list[str]:
        """List the files that are too long."""
        return sorted(name for name, length in self.lengths.items() if length > MOST_LINES)

    def equal_names(self) -> dict[str, list[str]]:
        """Find the modules of one package that have one name, `__init__` and `__main__` aside."""
        found: dict[str, list[str]] = {}
        for name in self.files:
            path = PurePosixPath(name)
            # Pages and commands are called what users call them, as the rooms that they lead to are.
            is_word = path.parts[0] == "pages" or path.parts[:2] == ("mnist_core", "cli")
            # What a tab holds of a page or a component is typed in the `state` of its room.
            is_word |= path.parts[0] == "mnist_ui" and path.stem == "state"
            if path.suffix == ".py" and not path.stem.startswith("__") and not is_word:
                found.setdefault(f"{path.parts[0]}: {path.stem}", []).append(name)
        return {name: files for name, files in found.items() if len(files) > 1}

    def only_children(self) -> list[str]:
        """List the classes from which exactly one other is made, as `Child of Parent`; errors aside."""
        ours = {
            f"{name}.{node.name}"
            for name, module in self.modules.items()
            for node in module.body
            if isinstance(node, ast.ClassDef) and not node.name.endswith("Error")
        }
        made = [
            (origins.get(base.id, f"{name}.{base.id}"), node.name)
            for name, module in self.modules.items()
            for origins in [_origins(module)]
            for node in ast.walk(module)
            if isinstance(node, ast.ClassDef)
            for base in node.bases
            if isinstance(base, ast.Name)
        ]
        counts = Counter(parent for parent, _ in made)
        return sorted(
            f"{child} of {parent}" for parent, child in made if parent in ours and counts[parent] == 1
        )

    def rooms(self) -> dict[str, set[str]]:
        """Find the rooms of `mnist_core`, and which others each imports."""
        arrows: dict[str, set[str]] = {}
        for name, module in self.modules.items():
            room = _room(name)
            if room is not None:
                into = {_room(target) for target in _imports(module)} - {None, room}
                arrows.setdefault(room, set()).update(one for one in into if one)
        return arrows

    def floors(self) -> dict[str, int]:
        """Give each room its floor: one above the highest that it imports; the ground is 0."""
        arrows = self.rooms()
        floors: dict[str, int] = {}
        while len(floors) < len(arrows):
            ready = {r: into for r, into in arrows.items() if r not in floors and into <= floors.keys()}
            if not ready:
                raise SystemExit(
                    f"These rooms import one another: {', '.join(arrows.keys() - floors.keys())}."
                )
            floors.update(
                {room: 1 + max((floors[i] for i in into), default=-1) for room, into in ready.items()}
            )
        return floors


def count(house: House) -> dict[str, str]:
    """Count what tells how well a head holds the code."""
    functions, floors = house.functions(), house.floors()
    python = {n: length for n, length in house.lengths.items() if n.endswith(".py")}
    beside = [name for name in python if name.startswith("mnist_ui/") and name.count("/") == 1]
    return {
        "Python files": f"{len(python):,}",
        "lines of Python": f"{sum(python.values()):,}",
        "lines of scripts and styles": f"{sum(house.lengths.values()) - sum(python.values()):,}",
        "functions": f"{len(functions):,}",
        "lines of a function, median": f"{statistics.median(functions):g}",
        "nine in ten have at most": f"{functions[int(0.9 * len(functions))]}",
        "functions above 30 lines": f"{sum(n > 30 for n in functions)}",
        f"files above {MOST_LINES} lines": f"{len(house.long_files())}",
        "names that several modules have": f"{len(house.equal_names())}",
        "classes with one child": f"{len(house.only_children())}",
        "noqa": f"{sum(text.count('# noqa') for text in house.files.values())}",
        "rooms of mnist_core": f"{len(floors)}",
        "floors of mnist_core": f"{1 + max(floors.values())}",
        "files side by side in mnist_ui": f"{len(beside)}",
        "lines of work (runs, search, worker; store, search, work)": f"{_count_work(python):,}",
    }


def draw(house: House) -> str:
    """Draw the rooms of `mnist_core` on their floors as SVG, with the way of the data through them."""
    floors = _declared_floors()
    view = f"0 0 {_WIDTH} {_TOP + _STEP * len(floors)}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}" role="img" '
        'font-family="system-ui, sans-serif" font-size="15">',
        "<title>The rooms of mnist_core on their floors, and the way of the data through them</title>",
        _STYLE,
        f'<text x="{_LEFT}" y="24" class="what">A room imports only rooms below it. '
        'Data goes the way of the <tspan class="way">numbers</tspan>.</text>',
    ]
    for room, box in _place(floors):
        parts += _draw_room(box, room, _say_purpose(house, room))
    return "\n".join([*parts, "</svg>\n"])


_WIDTH, _LEFT, _TOP, _STEP, _BOX = 940, 12, 36, 60, 50  # of the picture, in its own units
_STYLE = """<style>
rect { fill: #f6f8fa; stroke: #57606a } text { fill: #1f2328 } .what { font-size: 12px; fill: #57606a }
.way { fill: #b3400e; font-size: 13px }
@media (prefers-color-scheme: dark) {
  rect { fill: #161b22; stroke: #8d96a0 } text { fill: #e6edf3 } .what { fill: #8d96a0 }
  .way { fill: #ff9e64 }
}
</style>"""


@dataclass(frozen=True)
class _Box:
    x: float
    y: float
    width: float


def _place(floors: list[list[str]]) -> Iterator[tuple[str, _Box]]:
    for row, rooms in enumerate(floors):
        width = (_WIDTH - 2 * _LEFT - 10 * (len(rooms) - 1)) / len(rooms)
        for column, room in enumerate(rooms):
            yield room, _Box(_LEFT + column * (width + 10), _TOP + row * _STEP, width)


def _draw_room(box: _Box, room: str, purpose: str) -> list[str]:
    fits = int(box.width / 6.4)
    shown = purpose if len(purpose) <= fits else purpose[: fits - 1] + "…"
    return [
        f'<rect x="{box.x:.0f}" y="{box.y:.0f}" width="{box.width:.0f}" height="{_BOX}" rx="5"/>',
        f'<text x="{box.x + 10:.0f}" y="{box.y + 21:.0f}" font-weight="600">{room}</text>',
        f'<text x="{box.x + 10:.0f}" y="{box.y + 40:.0f}" class="what">{escape(shown)}</text>',
        f'<text x="{box.x + box.width - 10:.0f}" y="{box.y + 21:.0f}" text-anchor="end" class="way">'
        f"{escape(_WAY.get(room, ''))}</text>",
    ]


def _say_purpose(house: House, room: str) -> str:
    module = house.modules[f"mnist_core.{room}"]
    return (ast.get_docstring(module) or "").partition("\n")[0]


def _declared_floors() -> list[list[str]]:
    """Read the floors, the highest first, from what import-linter holds."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    own = next(one for one in settings["contracts"] if one.get("containers") == ["mnist_core"])
    return [[room.strip() for room in floor.split("|")] for floor in own["layers"]]


def _count_work(python: Mapping[str, int]) -> int:
    rooms = ("runs", "store", "search", "worker", "work")
    own = tuple(f"mnist_core/{room}/" for room in rooms)
    return sum(length for name, length in python.items() if name.startswith(own))


def _origins(module: ast.Module) -> dict[str, str]:
    """Say where the names come from that a module imports."""
    return {
        one.asname or one.name: f"{node.module}.{one.name}"
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom)
        for one in node.names
    }


def _imports(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{one.name}" for one in node.names)
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names)


def _room(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == "mnist_core" and len(parts) > 1 and parts[1] != "__main__" else None


def _dotted(name: str) -> str:
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _git(*words: str) -> bytes:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=True).stdout


def main() -> None:
    """Print the counts as a table, or draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--since", metavar="COMMIT", help="count this commit too")
    parser.add_argument("--draw", metavar="FILE.svg", type=Path, help="draw the rooms instead")
    arguments = parser.parse_args()
    if arguments.draw:
        arguments.draw.write_text(draw(House.read()), encoding="utf-8")
        return
    columns = [
        count(House.read(commit)) for commit in ([arguments.since] if arguments.since else []) + [None]
    ]
    for what in columns[-1]:
        sys.stdout.write(f"{what:60}" + "".join(f"{column[what]:>12}" for column in columns) + "\n")


if __name__ == "__main__":
    main()
