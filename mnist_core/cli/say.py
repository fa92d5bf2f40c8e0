"""How commands answer: JSON or words on stdout, progress on stderr."""

import json
import math
import sys
from typing import Any


def say(document: Any, words: str, as_json: bool) -> None:
    """Print the answer of a command: a JSON document, or words."""
    print(_write(document) if as_json else words)


def report(words: str) -> None:
    """Print progress, out of the answer's way."""
    print(words, file=sys.stderr, flush=True)


def _write(document: Any) -> str:
    try:
        return json.dumps(document, indent=1, allow_nan=False)
    except ValueError:  # few answers have NaN, and to look for it in a large one takes time
        return json.dumps(_without_nan(document), indent=1)


def _without_nan(value: Any) -> Any:
    """Replace NaN and infinity, which JSON lacks, by null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_nan(item) for item in value]
    return value
