"""The numbers in a photo or picture: rows of digits, found and read."""

from collections.abc import Sequence

import numpy as np

from mnist_core.insight.reading.cutting import list_spans
from mnist_core.insight.reading.row import Row, read_pieces
from mnist_core.network.models import Model
from mnist_core.pens.picture_rows import PictureRow


def read_picture_numbers(model: Model, rows: Sequence[PictureRow]) -> list[Row]:
    """Cut rows of a picture into digits and read them.

    Parameters
    ----------
    model : Model
        One that reads digits of 28 x 28.
    rows : sequence of PictureRow
        As `read_picture_rows` finds them.

    Raises
    ------
    ModelError
        If the model knows other classes than the ten digits.
    """
    return [_read_row(model, row) for row in rows]


def _read_row(model: Model, row: PictureRow) -> Row:
    spans = list_spans(row.pieces)
    images = np.stack([row.draw(*span) for span in spans])
    return read_pieces(model, row.pieces, spans, images, [[] for _ in spans])
