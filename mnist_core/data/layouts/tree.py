"""The variables of a file as a tree, and its leaves by their paths."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from mnist_core.data.layouts.understanding import Variable
from mnist_core.ground.variables import Cells, Opaque, Structs, Value

_DEEPEST = 8  # no file of digits nests deeper; the rest of a deeper one is left alone


@dataclass(frozen=True, eq=False)
class Leaf:
    """A value that is no struct, and its path; a field of a struct array is a cell array.

    Attributes
    ----------
    path : str
        Names it in `Choices`.
    value : Value
        What it holds.
    note : str
        What part of a variable it is, where it was taken out of one as its labels; else empty.
    """

    path: str
    value: Value
    note: str = ""

    @property
    def name(self) -> str:
        """Return the last part of the path."""
        return self.path.rpartition(".")[2]

    @property
    def parent(self) -> str:
        """Return the path of the struct that it lies in, empty where it lies in none."""
        return self.path.rpartition(".")[0]

    @property
    def is_number(self) -> bool:
        """Whether it is an array of plain numbers or logicals."""
        return isinstance(self.value, np.ndarray) and self.value.dtype.kind in "fiub"


def list_leaves(values: Mapping[str, Value]) -> list[Leaf]:
    """List the values of all variables, those in structs one by one."""
    return list(_walk(values, "", 0))


def list_variables(values: Mapping[str, Value]) -> tuple[Variable, ...]:
    """List the variables as a tree, each with its shape and type in words."""
    return tuple(_describe(name, name, value, 0) for name, value in values.items())


def flatten_variables(variables: tuple[Variable, ...]) -> tuple[tuple[str, str], ...]:
    """List the path and the words of every variable and field."""
    pairs: list[tuple[str, str]] = []
    for variable in variables:
        pairs += [(variable.path, variable.words), *flatten_variables(variable.children)]
    return tuple(pairs)


def join_words(words: list[str], last: str = "and") -> str:
    """Join words as a sentence does; empty where there are none."""
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + (f" {last} {words[-1]}" if words else "")


def say_shape(shape: tuple[int, ...]) -> str:
    """Say a shape as `60000 x 784`."""
    return " x ".join(str(length) for length in shape) or "one value"


def say_value(value: Value) -> str:
    """Say the shape and the type of a value."""
    if isinstance(value, np.ndarray):
        kind = "text" if value.dtype.kind in "US" else str(value.dtype)
        return f"{say_shape(value.shape)} {kind}"
    if isinstance(value, str):
        return f"1 x {len(value)} text"
    if isinstance(value, dict):
        return f"struct with {len(value)} field{'' if len(value) == 1 else 's'}"
    if isinstance(value, Opaque):
        return f"{value.kind}, left alone"
    kind = "cell array" if isinstance(value, Cells) else "struct array"
    return f"{say_shape(value.shape)} {kind}"


def list_fields(value: Structs) -> dict[str, Cells]:
    """Turn a struct array round: a cell array a field."""
    names = value.items[0] if value.items else {}
    return {
        name: Cells(value.shape, tuple(item[name] for item in value.items))
        for name in names
        if all(name in item for item in value.items)
    }


def _walk(values: Mapping[str, Value], parent: str, depth: int) -> Iterator[Leaf]:
    for name, value in values.items():
        path = f"{parent}{name}"
        if not isinstance(value, dict | Structs):
            yield Leaf(path, value)
        elif depth < _DEEPEST:
            fields = list_fields(value) if isinstance(value, Structs) else value
            yield from _walk(fields, f"{path}.", depth + 1)


def _describe(name: str, path: str, value: Value, depth: int) -> Variable:
    fields: Mapping[str, Value] = {}
    if isinstance(value, Structs):
        fields = list_fields(value)
    elif isinstance(value, dict):
        fields = value
    children = tuple(
        _describe(field, f"{path}.{field}", one, depth + 1)
        for field, one in (fields.items() if depth < _DEEPEST else ())
    )
    return Variable(path, name, say_value(value), children)
