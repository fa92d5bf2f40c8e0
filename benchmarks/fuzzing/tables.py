"""Files of real digits as tables and as NumPy's arrays, small, in every form that is read."""

import csv
import struct
from collections.abc import Sequence
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pyarrow as pa
from PIL import Image as Pillow
from pyarrow import parquet

_WORDS = np.array(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])


def make_npy(images: np.ndarray, labels: np.ndarray) -> dict[str, bytes]:
    """Make `.npy` files of several types, orders and versions."""
    arrays = {
        "bytes": _to_bytes(images),
        "floats, columns first": np.asfortranarray(images.reshape(len(images), -1), np.float64),
        "big-endian": images.astype(">f4"),
        "half": images.astype(np.float16),
        "labels": labels,
        "words": _WORDS[labels],
        "objects": np.array([{"a": 1}], dtype=object),
    }
    files = {name: _save(array) for name, array in arrays.items()}
    return files | {
        "version 2": b"\x93NUMPY\x02\x00" + files["bytes"][8:10] + b"\x00\x00" + files["bytes"][10:]
    }


def make_idx(images: np.ndarray, labels: np.ndarray) -> dict[str, bytes]:
    """Make IDX files of several types and axes."""
    arrays = {"bytes": (8, _to_bytes(images)), "labels": (8, labels.astype(np.uint8))}
    arrays |= {
        "floats": (13, images.astype(">f4")),
        "doubles": (14, images.reshape(len(images), -1).astype(">f8")),
    }
    return {
        name: struct.pack(f">HBB{array.ndim}I", 0, kind, array.ndim, *array.shape) + array.tobytes()
        for name, (kind, array) in arrays.items()
    }


def pack_npz(content: bytes) -> bytes:
    """Pack a `.npy` file as `numpy.savez_compressed` does."""
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        archive.writestr("images.npy", content)
    return stream.getvalue()


def make_tables(images: np.ndarray, labels: np.ndarray) -> dict[str, bytes]:
    """Make tables of text in several dialects."""
    pixels = _to_bytes(images).reshape(len(images), -1)
    names = ["label", *(f"pixel{place}" for place in range(pixels.shape[1]))]
    rows = np.c_[labels, pixels].tolist()
    words = [[word, *row[1:]] for word, row in zip(_WORDS[labels].tolist(), rows, strict=True)]
    shares = [[row[0], *(f"{value / 255:.4f}".replace(".", ",") for value in row[1:])] for row in rows]
    return {
        "named": _write_rows([names, *rows]).encode(),
        "nameless": _write_rows(rows).encode(),
        "tabs, UTF-16": _write_rows([names, *rows], "\t").encode("utf-16"),
        "decimal commas": _write_rows([names, *shares], ";").encode("utf-8-sig"),
        "quotes": _write_rows([names, *words], quoting=csv.QUOTE_ALL).encode(),
        "index": _write_rows([["", *names], *([place, *row] for place, row in enumerate(rows))]).encode(),
        "spaces": "\n".join(" ".join(f"{value:.4f}" for value in row) + " " for row in rows).encode(),
        "labels alone": "\n".join(map(str, labels)).encode(),
    }


def make_sparse_rows(images: np.ndarray, labels: np.ndarray) -> dict[str, bytes]:
    """Make LIBSVM's tables."""
    pixels = images.reshape(len(images), -1)
    return {
        "shares": _write_sparse(np.round(pixels * 2 - 1, 4), labels + 1),
        "bytes": _write_sparse(_to_bytes(pixels), labels),
    }


def make_parquet(images: np.ndarray, labels: np.ndarray) -> dict[str, bytes]:
    """Make Parquet's tables of columns, lists, words and pictures, compressed in several ways."""
    pixels = _to_bytes(images)
    flat = pixels.reshape(len(images), -1)
    columns = {"label": labels} | {f"pixel{place}": column for place, column in enumerate(flat.T)}
    pictures = [{"bytes": _encode(image), "path": None} for image in pixels]
    words = pa.array(_WORDS[labels]).dictionary_encode()
    return {
        "columns": _write_parquet(columns, row_group_size=16),
        "columns, plain": _write_parquet(columns, compression="none", use_dictionary=False),
        "lists": _write_parquet({"pixels": list(flat), "label": words}, compression="zstd"),
        "lists, plain": _write_parquet({"pixels": list(flat), "label": words}, compression="none"),
        "lists of lists": _write_parquet({"image": [one.tolist() for one in pixels], "label": labels}),
        "pictures": _write_parquet({"image": pictures, "label": labels}, compression="gzip"),
        "pictures, plain": _write_parquet({"image": pictures, "label": labels}, compression="none"),
    }


def make_hostile_tables() -> dict[str, tuple[bytes, str]]:
    """Make tables and arrays that hurt, each with words of the sentence that refuses it."""
    named = b"label,pixel0,pixel1\n5,0,1\n"
    whole = _write_parquet({"pixels": [[0] * 4] * 4, "label": [1, 2, 3, 4]})
    return {
        "CSV of 5 million letters in a line": (named + b"5," + b"0" * 5_000_000, "letters"),
        "CSV of 2 million columns": (b"0," * 2_000_000 + b"0\n0\n", "at most 100,000 columns"),
        "CSV with a quote that never ends": (named + b'5,"0,1\n' + b"5,0,1\n" * 200_000, "in line 3"),
        "CSV whose last row is longer": (named + b"5,0,1\n" * 200_000 + b"5,0,1,1\n", "in line 200,003"),
        "CSV of words in every other column": (
            b"a,0," * 500 + b"0\n" + b"a,0," * 500 + b"0\n",
            "words part them",
        ),
        "LIBSVM's rows of 10 GB": (b"5 1:2 65536:0.5\n" + b"5 1:1\n" * 20_000, "says that it has"),
        "NumPy's array of 800 EB": (_lie("(10000000000, 10000000000)"), "says that it has"),
        "NumPy's array of less than nothing": (_lie("(-1, 784)"), "axes that no array has"),
        "NumPy's header of 10 MB": (b"\x93NUMPY\x02\x00\x80\x96\x98\x00" + b" " * 10_000_000, "a header of"),
        "NumPy's header of a thousand brackets": (_lie("(" * 1000), "a header that is none"),
        "Parquet with a foot of 2 GB": (whole[:-8] + b"\xff\xff\xff\x7fPAR1", "damaged"),
        "Parquet without a foot": (whole[: len(whole) // 2], "damaged"),
        "Parquet of lists of two lengths": (_write_parquet({"a": [[0] * 4, [0] * 5]}), "lists of one length"),
    }


def _lie(shape: str) -> bytes:
    words = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}}}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(words)) + words


def _to_bytes(images: np.ndarray) -> np.ndarray:
    values: np.ndarray = np.round(images * 255).astype(np.uint8)
    return values


def _save(array: np.ndarray) -> bytes:
    stream = BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def _write_rows(
    rows: Sequence[Sequence[object]], separator: str = ",", quoting: Any = csv.QUOTE_MINIMAL
) -> str:
    text = StringIO()
    csv.writer(text, delimiter=separator, quoting=quoting).writerows(rows)
    return text.getvalue()


def _write_sparse(pixels: np.ndarray, labels: np.ndarray) -> bytes:
    lines = [
        " ".join([str(label), *(f"{place + 1}:{row[place]:g}" for place in np.flatnonzero(row))])
        for label, row in zip(labels, pixels, strict=True)
    ]
    return "\n".join(lines).encode()


def _encode(image: np.ndarray) -> bytes:
    stream = BytesIO()
    Pillow.fromarray(image).save(stream, "PNG")
    return stream.getvalue()


def _write_parquet(columns: dict[str, Any], **options: Any) -> bytes:
    stream = BytesIO()
    parquet.write_table(pa.table(columns), stream, **options)
    return stream.getvalue()
