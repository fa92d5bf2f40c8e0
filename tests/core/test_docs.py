"""What the docs name exists, and what exists is named."""

import ast
import json
import re
import shlex
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

import pytest

from mnist_core.cli import COMMANDS, make_parser

ROOT = Path(__file__).resolve().parent.parent.parent
README = ROOT / "README.md"
GUIDE = ROOT / "docs" / "guide.md"
PARTS = ("pages", "mnist_ui", "mnist_core")
DOCS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "docs/notebooks/*.py", "models/*/*.md")
    for path in ROOT.glob(pattern)
)
PAGES = sorted(path.stem for path in ROOT.glob("pages/*.py") if path.stem != "__init__")
SHOTS = "docs/screenshots"
# By SQLAlchemy where the store is PostgreSQL, by Dask for its certificates, by Streamlit for its login.
LOADED_BY_OTHERS = {"psycopg", "psycopg-binary", "cryptography", "authlib", "httpx"}

each_doc = pytest.mark.parametrize("doc", DOCS, ids=lambda path: str(path.relative_to(ROOT)))


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def all_docs() -> str:
    return "\n".join(read(path) for path in DOCS)


def code_of(text: str) -> list[str]:
    """List what stands in backticks, a line of a block each."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    rest = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()] + re.findall(r"`([^`]+)`", rest)


def calls_of(text: str, start: str) -> list[str]:
    return [code.removeprefix(start).strip() for code in code_of(text) if code.startswith(start)]


def examples_of(docs: list[Path]) -> list[str]:
    pattern = r"^```python\n(.*?)^```"
    return [code for doc in docs for code in re.findall(pattern, read(doc), flags=re.MULTILINE | re.DOTALL)]


def links_of(text: str) -> list[str]:
    return re.findall(r"\]\(([^)\s]+)\)", text)


def anchors_of(text: str) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def make_words() -> set[str]:
    return set(re.findall(r"^([a-z-]+):.*## ", read(ROOT / "Makefile"), flags=re.MULTILINE)) - {"help"}


def product_code() -> Iterator[Path]:
    yield ROOT / "app.py"
    for part in PARTS:
        yield from (ROOT / part).rglob("*.py")


def imported_packages() -> set[str]:
    """List the packages of others that the product's own lines import."""
    names: set[str] = set()
    for path in product_code():
        for node in ast.walk(ast.parse(read(path))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names.add((node.module or "").partition(".")[0])
    return names - set(sys.stdlib_module_names) - set(PARTS)


def requirements(name: str) -> list[str]:
    lines = (line.partition(" #")[0].strip() for line in read(ROOT / name).splitlines())
    return [line for line in lines if line and not line.startswith("#")]


@each_doc
def test_every_command_in_the_docs_is_one_that_the_parser_takes(doc: Path) -> None:
    for call in calls_of(read(doc), "python -m mnist_core "):
        if call != "COMMAND":
            make_parser().parse_args(shlex.split(call))


@each_doc
def test_every_module_that_the_docs_run_exists(doc: Path) -> None:
    for call in calls_of(read(doc), "python -m "):
        assert find_spec(call.split()[0]), f"{call} runs a module that does not exist"


def test_the_readme_names_every_command_and_what_it_does() -> None:
    shown = {call.split()[0] for call in calls_of(read(README), "python -m mnist_core ")}

    assert shown - {"COMMAND"} == set(COMMANDS)
    for name, (_, words) in COMMANDS.items():
        assert re.search(
            rf"`python -m mnist_core {name} .*\| |`python -m mnist_core {name}` \| ", read(README)
        )
        assert words.split(",")[0].replace("`", "") in read(README).replace("`", ""), f"{name}: {words}"


def test_the_docs_name_every_word_of_make_and_no_other() -> None:
    named = {call.split()[0] for call in calls_of(all_docs(), "make ")}

    assert named == make_words()


def test_the_readme_names_every_setting_and_the_docs_no_other() -> None:
    tests = [path for path in ROOT.glob("tests/**/*.py") if path != Path(__file__)]
    pattern = r"MNIST_LAB_[A-Z_]+[A-Z]"
    used = {name for path in [*product_code(), *tests] for name in re.findall(pattern, read(path))}

    assert set(re.findall(pattern, read(README))) == used
    assert set(re.findall(pattern, all_docs())) <= used


@pytest.mark.parametrize("example", examples_of(DOCS))
def test_every_example_in_python_runs(example: str) -> None:
    exec(compile(example, "<example>", "exec"), {"__name__": "example"})


@each_doc
def test_every_link_and_picture_leads_somewhere(doc: Path) -> None:
    for link in links_of(read(doc)):
        if link.startswith("http"):
            continue
        path, _, anchor = link.partition("#")
        target = (doc.parent / path).resolve() if path else doc
        assert target.exists(), f"{link} leads nowhere"
        assert not anchor or anchor in anchors_of(read(target)), f"{link} names no heading of {target.name}"


@each_doc
def test_every_file_that_the_docs_name_exists(doc: Path) -> None:
    top = {path.name for path in ROOT.iterdir()} - {".lab", "shared"}
    for name in code_of(read(doc)):
        if re.fullmatch(r"[\w.-]+(/[\w.-]+)+/?", name) and name.partition("/")[0] in top:
            assert (ROOT / name).exists(), f"{doc.name} names {name}, which does not exist"


@pytest.mark.parametrize("page", PAGES)
def test_each_page_has_its_picture_in_the_readme_and_in_the_guide(page: str) -> None:
    assert f"{SHOTS}/{page}.png" in links_of(read(README))
    assert f"screenshots/{page}.png" in links_of(read(GUIDE))
    assert anchors_of(read(GUIDE)) >= {page}


def test_no_picture_is_left_over() -> None:
    shown = {Path(link).stem for link in links_of(all_docs()) if "screenshots/" in link}

    assert {path.stem for path in (ROOT / SHOTS).glob("*.png")} == shown


def test_every_decision_is_linked_for_contributors() -> None:
    listed = {Path(link).name for link in links_of(read(ROOT / "docs/decisions/README.md"))}

    assert "docs/decisions/README.md" in links_of(read(ROOT / "CONTRIBUTING.md"))
    assert listed == {path.name for path in ROOT.glob("docs/decisions/0*.md")}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_are_pinned_exactly(name: str) -> None:
    lines = [line for line in requirements(name) if line != "-r requirements.txt"]

    assert [line for line in lines if not re.fullmatch(r"[a-z0-9-]+==[\w.]+", line)] == []


def test_requirements_are_what_the_product_imports() -> None:
    makers = packages_distributions()
    imported = {makers[name][0].lower().replace("_", "-") for name in imported_packages()}

    assert imported | LOADED_BY_OTHERS == {
        line.partition("==")[0] for line in requirements("requirements.txt")
    }


def test_the_package_asks_for_the_same_in_parts() -> None:
    project = tomllib.loads(read(ROOT / "pyproject.toml"))["project"]
    extras = dict(project["optional-dependencies"])
    assert set(extras.pop("all")) == {f"mnist-lab[{','.join(name for name in extras if name != 'mlflow')}]"}
    del extras["mlflow"]  # which nothing else needs

    asked = [*project["dependencies"], *(line for lines in extras.values() for line in lines)]
    assert sorted(asked) == sorted(requirements("requirements.txt"))


@pytest.mark.parametrize("name", ["paper", "legible", "robust", "exact"])
def test_the_readme_quotes_the_accuracy_of_the_shipped_models(name: str) -> None:
    facts = json.loads(read(ROOT / "models" / name / "model.json"))

    assert f"{facts['test']['accuracy']:.2%}".replace("%", " %") in read(README)
