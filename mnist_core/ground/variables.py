"""What a `.mat` file can hold, once it is read: the kinds of value that readers make and layouts take."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np


@dataclass(frozen=True, eq=False)
class Cells:
    """A cell array.

    Attributes
    ----------
    shape : tuple of int
        As MATLAB has it, at least two lengths.
    items : tuple of Value
        Column after column, as MATLAB counts them.
    """

    shape: tuple[int, ...]
    items: "tuple[Value, ...]"


@dataclass(frozen=True, eq=False)
class Structs:
    """A struct array of any number of elements other than one; a single struct is a `dict`.

    Attributes
    ----------
    shape : tuple of int
        As MATLAB has it, at least two lengths.
    items : tuple of dict
        Field names to values, column after column.
    """

    shape: tuple[int, ...]
    items: "tuple[dict[str, Value], ...]"


@dataclass(frozen=True)
class Opaque:
    """What is named and left alone: a function handle, an object, a table, a string object.

    Attributes
    ----------
    kind : str
        What it is, with its article: "a function handle".
    """

    kind: str


# Numbers and logicals are arrays in MATLAB's axis order, of at least two axes, in the machine's order of
# bytes:
# kinds "f" "i" "u" "c" and "b"; sparse matrices come as full ones. Text of one row is `str`, of several
# rows an array of kind "U" with a row an element, padding kept.
# The fields of a struct are values too; a type that names itself could not be checked as tests check it.
Value: TypeAlias = "np.ndarray | str | dict[str, Any] | Cells | Structs | Opaque"
