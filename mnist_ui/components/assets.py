"""Scripts and styles of the components of our own."""

from pathlib import Path

_FOLDER = Path(__file__).parent


def read_assets(*names: str) -> str:
    """Read files of a component, one behind the other."""
    return "".join((_FOLDER / name).read_text(encoding="utf-8") for name in names)
