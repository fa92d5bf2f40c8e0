"""How commands write a table."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mnist_core.ground.replacing import write_out


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
    StorageError
        If it cannot be written.
    """
    if path is None:
        return
    table = io.StringIO()
    writer = csv.DictWriter(table, columns or list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    with write_out(path, "The table") as file:
        file.write(table.getvalue().encode())
