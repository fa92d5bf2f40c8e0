"""The messages of ONNX that a perceptron needs, described once for who reads and who writes such files.

Protobuf skips what is not described here. ONNX's own package would bring 20 MB for the same few messages.

References
----------
ONNX, "Open Neural Network Exchange Intermediate Representation", onnx/onnx.proto, and its numbers of fields.
"""

from enum import IntEnum
from functools import cache
from typing import Any, TypeAlias

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

Message: TypeAlias = Any  # made from the table below, which type checkers cannot see

_ROOM = "onnx"
_KINDS = {"int64": 3, "uint64": 4, "int32": 5, "float": 2, "double": 1, "string": 9, "bytes": 12}
_MESSAGE, _OPTIONAL, _REPEATED = 11, 1, 3  # kinds and labels as descriptor.proto counts them
_PACKED = {"float", "double", "int32", "int64", "uint64"}

# Of each message the fields: number, name, kind; several of it where the kind ends in a star.
_MESSAGES: dict[str, str] = {
    "Model": "1 ir_version int64, 2 producer_name string, 3 producer_version string, 4 domain string, "
    "5 model_version int64, 6 doc_string string, 7 graph Graph, 8 opset_import OperatorSet*, "
    "14 metadata_props Entry*",
    "OperatorSet": "1 domain string, 2 version int64",
    "Entry": "1 key string, 2 value string",
    "Graph": "1 node Node*, 2 name string, 5 initializer Tensor*, 10 doc_string string, 11 input ValueInfo*, "
    "12 output ValueInfo*, 13 value_info ValueInfo*",
    "Node": "1 input string*, 2 output string*, 3 name string, 4 op_type string, 5 attribute Attribute*, "
    "6 doc_string string, 7 domain string",
    "Attribute": "1 name string, 2 f float, 3 i int64, 4 s bytes, 5 t Tensor, 6 g Graph, 7 floats float*, "
    "8 ints int64*, 9 strings bytes*, 20 type int32",
    "Tensor": "1 dims int64*, 2 data_type int32, 4 float_data float*, 5 int32_data int32*, "
    "7 int64_data int64*, 8 name string, 9 raw_data bytes, 10 double_data double*, 11 uint64_data uint64*, "
    "13 external_data Entry*, 14 data_location int32",
    "ValueInfo": "1 name string, 2 type Type, 3 doc_string string",
    "Type": "1 tensor_type TensorType",
    "TensorType": "1 elem_type int32, 2 shape Shape",
    "Shape": "1 dim Dimension*",
    "Dimension": "1 dim_value int64, 2 dim_param string",
}


class NumberType(IntEnum):
    """Kinds of number of a tensor, as `Tensor.data_type` and `TensorType.elem_type` count them."""

    FLOAT = 1
    UINT8 = 2
    INT8 = 3
    UINT16 = 4
    INT16 = 5
    INT32 = 6
    INT64 = 7
    BOOL = 9
    FLOAT16 = 10
    DOUBLE = 11


class AttributeType(IntEnum):
    """Kinds of an attribute's value, as `Attribute.type` counts them."""

    FLOAT = 1
    INT = 2
    STRING = 3
    TENSOR = 4
    FLOATS = 6
    INTS = 7
    STRINGS = 8


def make_message(kind: str, /, **fields: Any) -> Message:
    """Make a message.

    Parameters
    ----------
    kind : str
        `Model`, `Graph`, `Node`, `Attribute`, `Tensor`, `ValueInfo` and so on, as the table has them.
    **fields
        What it holds at first.
    """
    return _build_classes()[kind](**fields)


def parse_model(content: bytes) -> Message:
    """Parse the bytes of an ONNX file.

    Raises
    ------
    google.protobuf.message.DecodeError
        If they are none.
    """
    return _build_classes()["Model"].FromString(content)


@cache
def _build_classes() -> dict[str, Any]:
    # Of proto2, as ONNX's own, where a field that was set to 0 is written too.
    file = descriptor_pb2.FileDescriptorProto(name="onnx.proto", package=_ROOM, syntax="proto2")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for field in fields.split(", "):
            _add_field(message, *field.split())
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_ROOM}.{name}"))
        for name in _MESSAGES
    }


def _add_field(message: Message, number: str, name: str, kind: str) -> None:
    one, is_many = kind.rstrip("*"), kind.endswith("*")
    field = message.field.add(name=name, number=int(number))
    field.label = _REPEATED if is_many else _OPTIONAL
    if one in _KINDS:
        field.type = _KINDS[one]
        # Parsers take either way of writing; ONNX packs the numbers of tensors.
        field.options.packed = is_many and one in _PACKED and name.endswith("_data")
    else:
        field.type, field.type_name = _MESSAGE, f".{_ROOM}.{one}"
