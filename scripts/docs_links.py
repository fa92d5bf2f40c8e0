"""A hook of MkDocs: the README is the first page, and links that leave the docs name what they lead to."""

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

_ROOT = Path(__file__).resolve().parent.parent
_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")


def on_files(files: Files, config: Any) -> Files:
    """Add the README as the first page, as it is in the repository's root."""
    text = _LINK.sub(_move_up, (_ROOT / "README.md").read_text(encoding="utf-8"))
    files.append(File.generated(config, "index.md", content=text))
    return files


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
