"""How commands answer: JSON or words on stdout, progress on stderr."""

import json
import math
import sys
from typing import Any


def say(document: Any, words: str, as_json: bool) -> None:
    """Print the answer of a command: a JSON document, or words."""
    print(json.dumps(_without_nan(document), indent=1) if as_json else words)


def report(words: str) -> None:
    """Print progress, out of the answer's way."""
    print(words, file=sys.stderr, flush=True)


def _without_nan(value: Any) -> Any:
    """Replace NaN and infinity, which JSON lacks, by null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_nan(item) for item in value]
    return value
