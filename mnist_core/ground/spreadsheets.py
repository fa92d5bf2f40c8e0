"""Words in tables that spreadsheets open: what begins as a formula would be carried out."""

from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def guard_word(value: Any) -> Any:
    """Return a value of a table, with an apostrophe before words that begin as a formula does."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
