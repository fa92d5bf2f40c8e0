"""LLVM code for sixteen floats at once, as the kernels emit it.

Numba compiles a plain loop over an accumulator array with a load and a store for each addition. Here
the loop is written for LLVM directly, so that the accumulators stay in registers. LLVM turns sixteen
floats into whatever the processor has: one AVX-512 register, two of AVX2, four of NEON.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils

LANES = 16
"""Floats in a vector."""

INT64 = ir.IntType(64)
_INT32 = ir.IntType(32)
_VECTOR = ir.VectorType(ir.FloatType(), LANES)
_INT_VECTOR = ir.VectorType(_INT32, LANES)
_FLOAT_BYTES = 4  # arrays are aligned to their items only


def index(value: int) -> ir.Constant:
    """Make a constant for counting and addressing."""
    return ir.Constant(INT64, value)


def constant(value: float) -> ir.Constant:
    """Make a vector of one float32 value."""
    return ir.Constant(_VECTOR, [float(np.float32(value))] * LANES)


def spread(builder: Any, scalar: Any) -> Any:
    """Copy a float to every lane."""
    unset = ir.Constant(_VECTOR, ir.Undefined)
    first = builder.insert_element(unset, scalar, ir.Constant(_INT32, 0))
    return builder.shuffle_vector(first, unset, ir.Constant(_INT_VECTOR, [0] * LANES))


def load(builder: Any, pointer: Any, vector: int) -> Any:
    """Load the vector of a number that begins at a pointer."""
    loaded = builder.load(_address(builder, pointer, vector))
    loaded.align = _FLOAT_BYTES
    return loaded


def store(builder: Any, pointer: Any, vector: int, value: Any) -> None:
    """Store the vector of a number that begins at a pointer."""
    builder.store(value, _address(builder, pointer, vector)).align = _FLOAT_BYTES


def call(builder: Any, name: str, *vectors: Any) -> Any:
    """Call one of LLVM's functions of vectors, such as `fma` or `sqrt`."""
    kind = ir.FunctionType(_VECTOR, [_VECTOR] * len(vectors))
    function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.{name}.v{LANES}f32")
    return builder.call(function, vectors)


def multiply_add(builder: Any, a: Any, b: Any, c: Any) -> Any:
    """Compute a b + c, rounded once."""
    return call(builder, "fma", a, b, c)


def exp2_int(builder: Any, whole: Any) -> Any:
    """Compute 2 to the power of whole numbers held as floats, by writing the exponent's bits."""
    bias, shift = ir.Constant(_INT_VECTOR, [127] * LANES), ir.Constant(_INT_VECTOR, [23] * LANES)
    bits = builder.shl(builder.add(builder.fptosi(whole, _INT_VECTOR), bias), shift)
    return builder.bitcast(bits, _VECTOR)


def repeat(
    builder: Any, count: Any, vectors: Sequence[Any], body: Callable[[Any, list[Any]], list[Any]]
) -> list[Any]:
    """Emit a loop that carries vectors in registers, and return them as it leaves them.

    Parameters
    ----------
    builder : llvmlite.ir.IRBuilder
        Stands where the loop is to begin; stands behind it afterwards.
    count : llvmlite value, int64
        How often; may be 0.
    vectors : sequence of llvmlite values
        What the loop begins with.
    body : callable
        Gets the loop's counter and the vectors, returns the new vectors.
    """
    before = builder.block
    loop, after = builder.append_basic_block("loop"), builder.append_basic_block("after")
    builder.cbranch(builder.icmp_signed(">", count, index(0)), loop, after)
    builder.position_at_end(loop)
    counter = builder.phi(INT64)
    counter.add_incoming(index(0), before)
    held = [_join(builder, (vector, before)) for vector in vectors]
    new = body(counter, list(held))
    following = builder.add(counter, index(1))
    counter.add_incoming(following, loop)
    for phi, vector in zip(held, new, strict=True):
        phi.add_incoming(vector, loop)
    builder.cbranch(builder.icmp_signed("<", following, count), loop, after)
    builder.position_at_end(after)
    return [_join(builder, (old, before), (fresh, loop)) for old, fresh in zip(vectors, new, strict=True)]


def _join(builder: Any, *incoming: tuple[Any, Any]) -> Any:
    phi = builder.phi(_VECTOR)
    for vector, block in incoming:
        phi.add_incoming(vector, block)
    return phi


def _address(builder: Any, pointer: Any, vector: int) -> Any:
    place = builder.gep(pointer, [index(LANES * vector)])
    return builder.bitcast(place, _VECTOR.as_pointer())
