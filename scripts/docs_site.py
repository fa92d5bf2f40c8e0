"""A hook of MkDocs: the README is the first page, other links name what they lead to, notebooks run."""

import re
from pathlib import Path
from typing import Any

from jupyter_client.connect import ConnectionFileMixin
from mkdocs.structure.files import File, Files

_ROOT = Path(__file__).resolve().parent.parent
_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")


def on_startup(**_: Any) -> None:
    """Let notebooks talk to what runs them by files, of which nobody warns, instead of over TCP."""
    ConnectionFileMixin.class_traits()["transport"].default_value = "ipc"


def on_files(files: Files, config: Any) -> Files:
    """Add the README as the first page, as it is in the repository's root."""
    text = _LINK.sub(_move_up, (_ROOT / "README.md").read_text(encoding="utf-8"))
    files.append(File.generated(config, "index.md", content=text))
    return files


def on_page_context(context: Any, page: Any, **_: Any) -> Any:
    """Give notebooks the room of their contents, which is one heading."""
    if page.file.src_uri.startswith("notebooks/"):
        page.meta["hide"] = ["toc"]
    return context


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Let links that leave the docs be the names of files."""
    folder = (_ROOT / "docs" / page.file.src_uri).parent

    def rewrite(link: re.Match[str]) -> str:
        picture, words, target = link.groups()
        if picture or "://" in target or target.startswith(("#", "mailto:")):
            return link.group()
        path = (folder / target.partition("#")[0]).resolve()
        if path.is_relative_to(_ROOT / "docs") and path.is_file():
            return link.group()
        return f"{words} (`{path.relative_to(_ROOT)}`)" if path.exists() else link.group()

    return _LINK.sub(rewrite, markdown)


def _move_up(link: re.Match[str]) -> str:
    """Turn a link of the README into one of a page in the docs."""
    picture, words, target = link.groups()
    if "://" in target or target.startswith("#"):
        return link.group()
    moved = target.removeprefix("docs/") if target.startswith("docs/") else f"../{target}"
    return f"{picture}[{words}]({moved})"
