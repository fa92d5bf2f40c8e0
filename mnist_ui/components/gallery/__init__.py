"""Many small pictures at once: one PNG sheet a gallery, never an element a picture."""

import base64
import hashlib
import html
import io
from collections.abc import Mapping, Sequence
from enum import Enum
from functools import lru_cache
from itertools import islice

import numpy as np
import streamlit as st
from jaxtyping import Float32, UInt8
from PIL import Image

from mnist_core.ground.arrays import Fields, Images

_LEVELS = 255  # shades of a palette; the 256th is the gap between pictures
_GAP = 255
_FAINTEST = 1e-12  # weaker than any weight; keeps an all-zero picture from dividing by zero

# A caption under each picture; figures wrap as the page narrows.
_STYLE = """
.lab-gallery {{ display: flex; flex-wrap: wrap; gap: 0.5rem 0.6rem; }}
.lab-gallery figure {{ margin: 0; width: var(--lab-size); }}
.lab-gallery figcaption {{ font-size: 0.8rem; line-height: 1.25; text-align: center; opacity: 0.85;
  overflow-wrap: anywhere; }}
.lab-picture {{ width: var(--lab-size); height: var(--lab-size); border-radius: 4px;
  image-rendering: pixelated; }}
.lab-rows {{ display: grid; grid-template-columns: auto 1fr; gap: 0.4rem 0.8rem; align-items: center; }}
.lab-rows .lab-gallery {{ height: var(--lab-size); overflow: hidden; }}
.lab-rows b {{ font-variant-numeric: tabular-nums; }}
.{name} .lab-picture {{ background-image: url(data:image/png;base64,{png});
  background-size: {width}% {height}%; }}
"""


class Colours(Enum):
    """How values become colours: the anchors of a map, from the least value to the greatest."""

    INK = ("#1e232d", "#f5f6f8")
    """0.0 (paper, dark) to 1.0 (ink, bright), as the network is given them."""

    SIGNED = ("#0b3a82", "#3f7fd0", "#a9c9ee", "#f7f7f5", "#f0b79d", "#d0603f", "#84171b")
    """Blue below zero, near white at zero, red above, the same strength on both sides."""


def sheet_png(
    pictures: Images | Fields,
    columns: int,
    colours: Colours = Colours.INK,
    *,
    zoom: int = 1,
    gap: int = 0,
    one_scale: bool = True,
) -> bytes:
    """Draw pictures side by side as one PNG.

    Parameters
    ----------
    pictures : ndarray of shape (n, side, side), float32
        Ink from 0 to 1, or with `Colours.SIGNED` any values round zero.
    columns : int
        Pictures in a row.
    colours : Colours
        The map from values to colours.
    zoom : int
        Screen pixels along an edge of a pixel.
    gap : int
        Transparent pixels between pictures, before the zoom.
    one_scale : bool
        With `Colours.SIGNED`: True takes the greatest strength of all pictures as the ends of the
        map, False each picture's own.

    Returns
    -------
    bytes
        A PNG with a palette; free places of the last row are transparent.
    """
    levels = _levels(pictures, colours, one_scale)
    return _encode(levels.tobytes(), levels.shape, columns, colours, zoom, gap)


@lru_cache(maxsize=128)  # pages show the same pictures to everybody, again and again
def _encode(
    shades: bytes, shape: tuple[int, int, int], columns: int, colours: Colours, zoom: int, gap: int
) -> bytes:
    levels = np.frombuffer(shades, np.uint8).reshape(shape)
    sheet = np.repeat(np.repeat(_tile(levels, columns, gap), zoom, axis=0), zoom, axis=1)
    height, width = sheet.shape
    picture = Image.frombytes("P", (width, height), sheet.tobytes())
    picture.putpalette(_palette(colours).tobytes())
    stream = io.BytesIO()
    picture.save(stream, "PNG", transparency=_GAP)
    return stream.getvalue()


def show_gallery(
    pictures: Images | Fields,
    captions: Sequence[str] = (),
    colours: Colours = Colours.INK,
    *,
    size: int = 64,
    one_scale: bool = True,
    label: str = "pictures",
) -> None:
    """Show pictures that wrap with the width of the page, each with a caption.

    Parameters
    ----------
    pictures, colours, one_scale
        As `sheet_png` takes them.
    captions : sequence of str
        Plain text under each picture; none, or one a picture.
    size : int
        Screen pixels along an edge of a picture.
    label : str
        What the pictures are, for those who hear the page.
    """
    if not len(pictures):
        return
    columns, _ = _near_square(len(pictures))
    sheet = sheet_png(pictures, columns, colours, one_scale=one_scale)
    st.html(_gallery_html(sheet, len(pictures), captions, size, label))


def show_rows(rows: Mapping[str, Images], *, size: int = 44) -> None:
    """Show a row of pictures a name; a narrow page shows fewer of each row, never more lines.

    Parameters
    ----------
    rows : mapping of str to ndarray of shape (n, side, side)
        Ink from 0 to 1, by the plain text that stands before the row; rows without pictures are left out.
    size : int
        Screen pixels along an edge of a picture.
    """
    shown = {name: pictures for name, pictures in rows.items() if len(pictures)}
    if not shown:
        return
    pictures = np.concatenate(list(shown.values()))
    n_columns, n_rows = _near_square(len(pictures))
    indices = iter(range(len(pictures)))
    parts = [
        f'<b>{html.escape(name)}</b><div class="lab-gallery" role="img" aria-label="{html.escape(name)}">'
        + "".join(_figure_html(index, n_columns, n_rows, "") for index in islice(indices, len(row)))
        + "</div>"
        for name, row in shown.items()
    ]
    sheet = sheet_png(pictures, n_columns)
    style, name = _sprite_style(sheet, n_columns, n_rows)
    st.html(f'<div class="lab-rows {name}" style="--lab-size: {size}px">{"".join(parts)}</div>{style}')


def colour_bar_png(colours: Colours, length: int = 256, thickness: int = 12) -> bytes:
    """Draw the map of colours as a horizontal bar, least value left."""
    ramp = np.tile(np.linspace(0, 1, length, dtype=np.float32), (thickness, 1))
    stream = io.BytesIO()
    Image.fromarray(_colour(ramp, colours)).save(stream, "PNG")
    return stream.getvalue()


def _levels(pictures: Images | Fields, colours: Colours, one_scale: bool) -> UInt8[np.ndarray, "n side side"]:
    values = np.asarray(pictures, dtype=np.float32)
    if colours is Colours.SIGNED:
        strength = np.abs(values).max(axis=None if one_scale else (1, 2), initial=0, keepdims=True)
        values = 0.5 + 0.5 * values / np.maximum(strength, np.float32(_FAINTEST))
    return np.round(values.clip(0, 1) * (_LEVELS - 1)).astype(np.uint8)


def _tile(levels: UInt8[np.ndarray, "n side side"], columns: int, gap: int) -> UInt8[np.ndarray, "rows cols"]:
    n, side, _ = levels.shape
    rows, step = -(-n // columns), side + gap
    cells = np.full((rows * columns, step, step), _GAP, dtype=np.uint8)
    cells[:n, :side, :side] = levels
    sheet = cells.reshape(rows, columns, step, step).swapaxes(1, 2).reshape(rows * step, columns * step)
    return sheet[: sheet.shape[0] - gap, : sheet.shape[1] - gap]


def _palette(colours: Colours) -> UInt8[np.ndarray, "256 3"]:
    ramp = np.linspace(0, 1, _LEVELS, dtype=np.float32)[None, :]
    gap = np.full((1, 3), 128, dtype=np.uint8)
    return np.concatenate([_colour(ramp, colours)[0], gap])


def _colour(values: Float32[np.ndarray, "h w"], colours: Colours) -> UInt8[np.ndarray, "h w 3"]:
    anchors = np.array([[int(code[i : i + 2], 16) for i in (1, 3, 5)] for code in colours.value])
    places = np.linspace(0, 1, len(anchors))
    channels = [np.interp(values, places, anchors[:, channel]) for channel in range(3)]
    return np.round(np.stack(channels, axis=-1)).astype(np.uint8)


def _near_square(n: int) -> tuple[int, int]:
    columns = int(np.ceil(np.sqrt(n)))
    return columns, -(-n // columns)


def _gallery_html(sheet: bytes, n: int, captions: Sequence[str], size: int, label: str) -> str:
    columns, rows = _near_square(n)
    style, name = _sprite_style(sheet, columns, rows)
    figures = "".join(
        _figure_html(index, columns, rows, captions[index] if captions else "") for index in range(n)
    )
    words = html.escape(label, quote=True)
    return (
        f'<div class="lab-gallery {name}" role="group" aria-label="{words}" '
        f'style="--lab-size: {size}px">{figures}</div>{style}'
    )


def _sprite_style(sheet: bytes, columns: int, rows: int) -> tuple[str, str]:
    """Make a style sheet whose pictures show parts of a PNG, and the name of its class."""
    png = base64.b64encode(sheet).decode()
    name = f"lab-{hashlib.sha256(sheet).hexdigest()[:12]}"
    style = _STYLE.format(name=name, png=png, width=100 * columns, height=100 * rows)
    return f"<style>{style}</style>", name


def _figure_html(index: int, columns: int, rows: int, caption: str) -> str:
    row, column = divmod(index, columns)
    x, y = 100 * column / max(columns - 1, 1), 100 * row / max(rows - 1, 1)
    words = html.escape(caption, quote=True)
    below = f"<figcaption>{words}</figcaption>" if caption else ""
    place = f"background-position: {x:.4f}% {y:.4f}%"
    picture = f'<div class="lab-picture" style="{place}"></div>'
    return f"<figure>{picture}{below}</figure>"
