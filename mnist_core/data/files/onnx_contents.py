"""Reads the graph of an ONNX file: its operations in their order, and its constants; nothing is computed.

The variables are `inputs` and `outputs` (names), `constants` (a struct) and `nodes` (cells of structs with
`op`, `inputs`, `outputs`, `settings`).
"""

import math
from typing import Any, BinaryIO

import numpy as np
from google.protobuf.message import DecodeError

from mnist_core.data.files.limits import MOST_NETWORK_BYTES, Census, check_network_size
from mnist_core.data.files.parcel import Packer, Tree
from mnist_core.data.files.sources import is_damaged
from mnist_core.ground.errors import DataFileError
from mnist_core.ground.onnx_messages import AttributeType, Message, NumberType, parse_model

_DTYPES = {
    NumberType.FLOAT: ("<f4", "float_data"),
    NumberType.DOUBLE: ("<f8", "double_data"),
    NumberType.FLOAT16: ("<f2", "int32_data"),
    NumberType.UINT8: ("u1", "int32_data"),
    NumberType.INT8: ("i1", "int32_data"),
    NumberType.UINT16: ("<u2", "int32_data"),
    NumberType.INT16: ("<i2", "int32_data"),
    NumberType.INT32: ("<i4", "int32_data"),
    NumberType.INT64: ("<i8", "int64_data"),
    NumberType.BOOL: ("?", "int32_data"),
}
"""Of each kind of number its type, and the field that holds it where it is not kept as bytes."""


def read_variables(stream: BinaryIO, n_bytes: int, packer: Packer) -> dict[str, Tree]:
    """Read the graph of a file; a `ReadVariables`."""
    check_network_size(n_bytes)
    stream.seek(0)
    try:
        graph = parse_model(stream.read(MOST_NETWORK_BYTES)).graph
    except DecodeError as error:
        raise is_damaged("its messages do not fit together") from error
    census = Census()
    census.expect(len(graph.node) + len(graph.initializer))
    constants = {tensor.name: _pack_tensor(tensor, packer) for tensor in graph.initializer}
    return {
        "inputs": _list([value.name for value in graph.input]),
        "outputs": _list([value.name for value in graph.output]),
        "constants": {"names": list(constants), "fields": list(constants.values())},
        "nodes": _cells([_describe_node(node, packer, census) for node in graph.node]),
    }


def _describe_node(node: Message, packer: Packer, census: Census) -> Tree:
    settings: dict[str, Tree] = {}
    for attribute in node.attribute:
        census.count(depth=0)
        tree = _read_attribute(attribute, packer)
        if tree is not None:
            settings[attribute.name] = tree
    op = node.op_type if node.domain in ("", "ai.onnx") else f"{node.domain}.{node.op_type}"
    fields = {
        "op": {"text": op},
        "inputs": _list(node.input),
        "outputs": _list(node.output),
        "settings": {"names": list(settings), "fields": list(settings.values())},
    }
    return {"names": list(fields), "fields": list(fields.values())}


def _read_attribute(attribute: Message, packer: Packer) -> Tree | None:
    """Read a setting of an operation; None for one that holds a graph or text, which no layer has."""
    kind: int = attribute.type or _guess_type(attribute)
    if kind == AttributeType.TENSOR:
        return _pack_tensor(attribute.t, packer)
    holders: dict[int, Any] = {
        AttributeType.FLOAT: [attribute.f],
        AttributeType.INT: [attribute.i],
        AttributeType.FLOATS: attribute.floats,
        AttributeType.INTS: attribute.ints,
    }
    numbers = holders.get(kind)
    return None if numbers is None else packer.add(np.array(numbers, dtype=np.float64))


def _guess_type(attribute: Message) -> int:
    """Tell what an attribute holds whose writer did not say it, as the first versions of ONNX."""
    fields = {"t": AttributeType.TENSOR, "f": AttributeType.FLOAT, "i": AttributeType.INT}
    held = (kind for name, kind in fields.items() if attribute.HasField(name))
    return next(held, AttributeType.FLOATS if attribute.floats else AttributeType.INTS)


def _pack_tensor(tensor: Message, packer: Packer) -> Tree:
    if tensor.data_location or tensor.external_data:
        raise DataFileError(
            "must hold its weights itself, but keeps them in another file: in Python, export it with "
            "torch.onnx.export(..., external_data=False), or onnx.save(onnx.load('net.onnx'), 'one.onnx')."
        )
    if tensor.data_type not in _DTYPES:
        return {"opaque": f"numbers of ONNX's kind {tensor.data_type}"}
    type_name, field = _DTYPES[NumberType(tensor.data_type)]
    dtype, shape = np.dtype(type_name), tuple(tensor.dims)
    if min(shape, default=0) < 0:
        raise is_damaged("a tensor with axes that none has")
    packer.check_room(math.prod(shape) * dtype.itemsize)
    try:
        values = _take_numbers(tensor, dtype, field).reshape(shape)
    except (ValueError, OverflowError) as error:
        raise is_damaged("a tensor whose numbers do not fill its shape") from error
    return packer.add(values.astype(np.float32) if dtype.kind == "f" and dtype.itemsize == 2 else values)


def _take_numbers(tensor: Message, dtype: np.dtype, field: str) -> np.ndarray:
    if tensor.HasField("raw_data"):
        return np.frombuffer(tensor.raw_data, dtype)
    numbers = getattr(tensor, field)
    if dtype.kind == "f" and dtype.itemsize == 2:  # kept as the numbers that their bits are
        return np.array(numbers, dtype=np.uint16).view(np.float16)
    return np.array(numbers, dtype=dtype)


def _list(words: "list[str]") -> Tree:
    return _cells([{"text": word} for word in words])


def _cells(trees: list[Tree]) -> Tree:
    return {"shape": [len(trees), 1], "cells": trees}
