"""LLVM code for sixteen floats at once, as the kernels emit it.

Numba compiles a plain loop over an accumulator array with a load and a store for each addition. Here
the loop is written for LLVM directly, so that the accumulators stay in registers. LLVM turns sixteen
floats into whatever the processor has: one AVX-512 register, two of AVX2, four of NEON.
"""

from collections.abc import Callable, Sequence
from typing import Any, no_type_check

import numpy as np
from llvmlite import binding, ir
from numba.core import cgutils
from numba.extending import register_jitable

LANES = 16
"""Floats in a vector."""

_HAS_MANY_REGISTERS = bool(binding.get_host_cpu_features().get("avx512f"))

# A tile of sums, with the vectors and factors that go into it, just fits the registers: 32 of a whole
# vector, or 16 of half a one.
GROUP, WIDE = (3, 6) if _HAS_MANY_REGISTERS else (4, 1)
"""Rows and vectors of a tile of sums."""

INT64 = ir.IntType(64)
_INT32 = ir.IntType(32)
_VECTOR = ir.VectorType(ir.FloatType(), LANES)
_INT_VECTOR = ir.VectorType(_INT32, LANES)
_BYTES = ir.IntType(8).as_pointer()
_FLOAT_BYTES = 4  # arrays are aligned to their items only


@register_jitable
@no_type_check
def round_up(n):
    """Round a width up to whole vectors."""
    return -(-n // LANES) * LANES


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


def swap_float_mode(builder: Any, choose: Callable[[Any, int], Any]) -> Any:
    """Exchange the word that says how the processor computes with floats; return the one before.

    Parameters
    ----------
    builder : llvmlite.ir.IRBuilder
        Where to emit.
    choose : callable
        Gets the word, an int64, and the bits in it that make the processor flush denormals; returns
        the new word. Not called for a processor that is neither x86 nor ARM: there 0 is returned.
    """
    processor = binding.get_process_triple().partition("-")[0]
    if processor in {"x86_64", "i686"}:
        return _swap_mxcsr(builder, choose)
    if processor in {"aarch64", "arm64"}:
        return _swap_fpcr(builder, choose)
    return index(0)


def _swap_mxcsr(builder: Any, choose: Callable[[Any, int], Any]) -> Any:
    kind = ir.FunctionType(ir.VoidType(), [_BYTES])
    read, write = (
        cgutils.get_or_insert_function(builder.module, kind, f"llvm.x86.sse.{name}mxcsr")
        for name in ("st", "ld")
    )
    slot = cgutils.alloca_once(builder, _INT32)
    builder.call(read, [builder.bitcast(slot, _BYTES)])
    before = builder.zext(builder.load(slot), INT64)
    builder.store(builder.trunc(choose(before, 0x8040), _INT32), slot)  # flush to zero, denormals are zero
    builder.call(write, [builder.bitcast(slot, _BYTES)])
    return before


def _swap_fpcr(builder: Any, choose: Callable[[Any, int], Any]) -> Any:
    read = cgutils.get_or_insert_function(builder.module, ir.FunctionType(INT64, []), "llvm.aarch64.get.fpcr")
    write = cgutils.get_or_insert_function(
        builder.module, ir.FunctionType(ir.VoidType(), [INT64]), "llvm.aarch64.set.fpcr"
    )
    before = builder.call(read, [])
    builder.call(write, [choose(before, 1 << 24)])
    return before


def join_lanes(builder: Any, vector: Any, join: Callable[[Any, Any], Any]) -> Any:
    """Join all lanes of a vector in pairs, and pairs of them; every lane of the result holds all."""
    unset, step = ir.Constant(vector.type, ir.Undefined), 1
    while step < LANES:
        across = ir.Constant(_INT_VECTOR, [lane ^ step for lane in range(LANES)])
        vector = join(vector, builder.shuffle_vector(vector, unset, across))
        step *= 2
    return vector


def transpose(builder: Any, rows: Sequence[Any]) -> list[Any]:
    """Turn as many vectors as a vector has lanes into their columns."""
    rows, step = list(rows), 1
    while step < LANES:
        low = [lane if not lane & step else LANES + lane - step for lane in range(LANES)]
        high = [lane + step if not lane & step else LANES + lane for lane in range(LANES)]
        for row in (row for row in range(LANES) if not row & step):
            pair = rows[row], rows[row + step]
            rows[row] = builder.shuffle_vector(*pair, ir.Constant(_INT_VECTOR, low))
            rows[row + step] = builder.shuffle_vector(*pair, ir.Constant(_INT_VECTOR, high))
        step *= 2
    return rows


def is_lane(builder: Any, predicate: str, number: Any, vector: int) -> Any:
    """Compare a number with those of the lanes, which go on from vector to vector."""
    lanes = range(LANES * vector, LANES * (vector + 1))
    return builder.icmp_signed(predicate, ir.Constant(_INT_VECTOR, list(lanes)), _spread_int(builder, number))


def _spread_int(builder: Any, number: Any) -> Any:
    unset = ir.Constant(_INT_VECTOR, ir.Undefined)
    first = builder.insert_element(unset, builder.trunc(number, _INT32), ir.Constant(_INT32, 0))
    return builder.shuffle_vector(first, unset, ir.Constant(_INT_VECTOR, [0] * LANES))


def find_first(builder: Any, masks: Sequence[Any]) -> Any:
    """Return the number of the first lane of up to four vectors that is true, or 0 where none is."""
    word = index(0)
    for k, mask in enumerate(masks):
        bits = builder.zext(builder.bitcast(mask, ir.IntType(LANES)), INT64)
        word = builder.or_(word, builder.shl(bits, index(LANES * k)))
    number = builder.cttz(word, ir.Constant(ir.IntType(1), 0))  # of 0 it is 64
    return builder.and_(number, index(63))


def exp2_int(builder: Any, whole: Any) -> Any:
    """Compute 2 to the power of whole numbers held as floats, by writing the exponent's bits."""
    bias, shift = ir.Constant(_INT_VECTOR, [127] * LANES), ir.Constant(_INT_VECTOR, [23] * LANES)
    bits = builder.shl(builder.add(builder.fptosi(whole, _INT_VECTOR), bias), shift)
    return builder.bitcast(bits, _VECTOR)


def guess_reciprocal(builder: Any, x: Any) -> Any:
    """Guess 1 / x for positive x to 12 %, by taking the exponent's bits from those of a constant."""
    bits = builder.bitcast(x, _INT_VECTOR)
    return builder.bitcast(builder.sub(ir.Constant(_INT_VECTOR, [0x7EF311C3] * LANES), bits), _VECTOR)


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


def compute_if(
    builder: Any, condition: Any, compute: Callable[[], list[Any]], others: Sequence[Any]
) -> list[Any]:
    """Emit code for vectors that runs where a condition holds; return them, or else the others."""
    before = builder.block
    with builder.if_then(condition):
        computed = compute()
        inside = builder.block
    return [
        _join(builder, (other, before), (one, inside)) for other, one in zip(others, computed, strict=True)
    ]


def _join(builder: Any, *incoming: tuple[Any, Any]) -> Any:
    phi = builder.phi(_VECTOR)
    for vector, block in incoming:
        phi.add_incoming(vector, block)
    return phi


def _address(builder: Any, pointer: Any, vector: int) -> Any:
    place = builder.gep(pointer, [index(LANES * vector)])
    return builder.bitcast(place, _VECTOR.as_pointer())
