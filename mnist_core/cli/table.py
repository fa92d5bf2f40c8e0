"""How commands write a table."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mnist_core.errors import LabError


def write_csv(path: Path | None, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows with the same keys as a CSV file; where no path is given, nothing.

    Raises
    ------
    LabError
        If it cannot be written.
    """
    if path is None:
        return
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    except OSError as error:
        raise LabError(f"The table must go to a file, but {path} cannot be written: {error}.") from error
