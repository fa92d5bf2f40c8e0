"""The numbers of Octave's text format."""

import re
import warnings

import numpy as np

from mnist_core.data.files.sources import is_damaged

INTEGERS = tuple(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64))
_WITHOUT_BRACKETS = bytes.maketrans(b"(,)", b"   ")  # of complex numbers


def find_type(word: str, is_single: bool) -> np.dtype:
    """Find the type of numbers that a word of Octave names; what is neither is a float."""
    if word in INTEGERS:
        return np.dtype(word)
    kinds = {"bool": np.dtype(bool), "complex": np.dtype(np.complex128)}
    return kinds.get(word, np.dtype(np.float32 if is_single else np.float64))


def to_count(words: str) -> int:
    """Read a length, or raise `DataFileError`."""
    if not words.isascii() or not words.isdecimal() or len(words) > 18:
        raise is_damaged("a length that is none")
    return int(words)


def parse_decimals(text: bytes, dtype: np.dtype) -> np.ndarray:
    """Turn decimals to numbers, or raise `DataFileError`."""
    plain = text.translate(_WITHOUT_BRACKETS)
    if b"NA" in plain:
        plain = re.sub(rb"\bNA\b", b"NaN", plain)  # Octave's mark for what is missing
    parsed_as = dtype if dtype.kind in "iu" else np.dtype(np.float64)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return np.fromstring(plain.decode("ascii"), dtype=parsed_as, sep=" ").astype(dtype)
    except (ValueError, DeprecationWarning) as error:
        raise is_damaged("numbers that are no decimals") from error
