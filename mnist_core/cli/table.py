"""How commands write a table."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mnist_core.errors import LabError


def write_csv(
    path: Path | None, rows: Sequence[Mapping[str, Any]], columns: Sequence[str] | None = None
) -> None:
    """Write rows with the same keys as a CSV file; where no path is given, nothing.

    Parameters
    ----------
    path : Path or None
        Where to.
    rows : sequence of mapping
        At least one, or the columns are given.
    columns : sequence of str or None
        Their keys; None takes those of the first row.

    Raises
    ------
    LabError
        If it cannot be written.
    """
    if path is None:
        return
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns or list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    except OSError as error:
        raise LabError(f"The table must go to a file, but {path} cannot be written: {error}.") from error
