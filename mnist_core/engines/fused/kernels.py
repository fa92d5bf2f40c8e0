"""The inner loops of training as numba intrinsics, their sums held in vector registers.

Pointers come from `place`. All matrices are rows of float32; a row is a whole number of vectors.
"""

import functools
import math
from collections.abc import Callable
from typing import Any, no_type_check

from numba import types
from numba.core import cgutils
from numba.core.errors import RequireLiteralValue
from numba.extending import intrinsic

from mnist_core.engines.fused.training import EPSILON, KEEP_MEAN, KEEP_SQUARE
from mnist_core.engines.fused.vectors import (
    INT64,
    LANES,
    call,
    compute_if,
    constant,
    exp2_int,
    find_first,
    guess_reciprocal,
    index,
    is_lane,
    join_lanes,
    load,
    multiply_add,
    repeat,
    spread,
    store,
    swap_float_mode,
    transpose,
)

# Adam as torch has it by default.

# exp(x) on the reduced range, and tanh(x) near 0: S. L. Moshier, "Methods and Programs for Mathematical
# Functions" (1989), the single precision functions of the Cephes library.
_EXP = (1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1)
_TANH = (-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1)
_LOG2_E = 1.44269504088896341
_LN2_HIGH, _LN2_LOW = 0.693359375, -2.12194440e-4
_EXP_RANGE = (-87.0, 88.0)  # beyond it exp leaves float32
_TANH_NEAR = 0.625
_HUGE = 1e37  # the reciprocal of more is no float32


@intrinsic
@no_type_check
def place(_: Any, array: Any, at: Any) -> Any:
    """Return a pointer to an item of a contiguous array."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        items = context.make_array(signature.args[0])(context, builder, arguments[0])
        return builder.gep(items.data, [arguments[1]])

    return types.CPointer(array.dtype)(array, at), codegen


@intrinsic
@no_type_check
def move(_: Any, pointer: Any, n: Any) -> Any:
    """Return the pointer n items further; in a loop cheaper than `place`, which counts references."""
    return pointer(pointer, n), lambda _, builder, __, arguments: builder.gep(arguments[0], [arguments[1]])


@intrinsic
@no_type_check
def flush_denormals(_: Any) -> Any:
    """Let numbers below 1e-38 count as 0 from here on; return what `restore_float_mode` takes.

    Saturated units have gradients that small, and Adam's squares of them are smaller still. Arithmetic
    with such numbers takes Intel processors many times as long.
    """

    def codegen(_: Any, builder: Any, __: Any, ___: Any) -> Any:
        return swap_float_mode(builder, lambda before, flush: builder.or_(before, index(flush)))

    return types.int64(), codegen


@intrinsic
@no_type_check
def restore_float_mode(_: Any, mode: Any) -> Any:
    """Undo `flush_denormals`."""

    def codegen(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        swap_float_mode(builder, lambda *_: arguments[0])
        return context.get_dummy_value()

    return types.void(mode), codegen


@intrinsic
@no_type_check
def count_bits(_: Any, word: Any) -> Any:
    """Count the ones of a whole number."""
    return types.int64(word), lambda _, builder, __, arguments: builder.ctpop(arguments[0])


@intrinsic
@no_type_check
def gather(
    _: Any,
    n_rows: Any,
    n_vectors: Any,
    out: Any,
    out_stride: Any,
    begin: Any,
    rows: Any,
    stride: Any,
    which: Any,
    factors: Any,
    n: Any,
) -> Any:
    """Write to row r of a tile `begin` and the sum over i < n of factors[i, r] times row which[i]."""
    high, wide = _literal(n_rows), _literal(n_vectors)

    def codegen(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        _, _, out, out_stride, begin, rows, stride, which, factors, n = arguments
        out_rows = [builder.gep(out, [builder.mul(out_stride, index(r))]) for r in range(high)]
        sums = [load(builder, begin, k) for k in range(wide)] * high
        body = _gathering(builder, high, wide, rows, stride, which, factors)
        for number, total in enumerate(repeat(builder, n, sums, body)):
            store(builder, out_rows[number // wide], number % wide, total)
        return context.get_dummy_value()

    arguments = (n_rows, n_vectors, out, out_stride, begin, rows, stride, which, factors, n)
    return types.void(*arguments), codegen


@intrinsic
@no_type_check
def gather_adam(_: Any, n_rows: Any, n_vectors: Any, tile: Any) -> Any:
    """Gather the gradients of a few rows of weights and step them by Adam while they are in registers.

    `tile` is (weights, means, squares, width, numbers, rates, root, decays, is_decaying, rows, stride,
    which, factors, n). Row r of it is row numbers[r] of the weights, which are `width` wide; below 0
    there is none. `decays` holds for each lane what of a weight is added to its gradient, where
    `is_decaying`. The last five are as for `gather`.
    """

    def step(builder: Any, k: int, gradient: Any, moved: list[Any], rates: Any, root: Any) -> None:
        _step(builder, k, gradient, *moved, rates, root)

    return _gather_and_step(n_rows, n_vectors, tile, n_states=3, n_factors=2, step=step)


@intrinsic
@no_type_check
def gather_descent(_: Any, n_rows: Any, n_vectors: Any, tile: Any) -> Any:
    """Gather gradients as `gather_adam` does, and step the weights by gradient descent.

    `tile` is (weights, means, width, numbers, rates, momenta, looks, decays, ...), the rest as there;
    `momenta` and `looks` are as for `descend`.
    """

    def step(builder: Any, k: int, gradient: Any, moved: list[Any], *factors: Any) -> None:
        _descend(builder, k, gradient, *moved, *factors)

    return _gather_and_step(n_rows, n_vectors, tile, n_states=2, n_factors=3, step=step)


def _gather_and_step(
    n_rows: Any, n_vectors: Any, tile: Any, n_states: int, n_factors: int, step: Callable[..., None]
) -> Any:
    high, wide = _literal(n_rows), _literal(n_vectors)

    def codegen(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        items = list(cgutils.unpack_tuple(builder, arguments[2]))
        state, (width, numbers) = items[:n_states], items[n_states : n_states + 2]
        its_factors = items[n_states + 2 : n_states + 2 + n_factors]
        decays, is_decaying, rows, stride, which, factors, n = items[n_states + 2 + n_factors :]
        places = [_place_row(builder, numbers, r, width) for r in range(high)]

        def decay() -> list[Any]:
            begins = [builder.gep(state[0], [at]) for _, at in places]
            pairs = [(begin, k) for begin in begins for k in range(wide)]
            return [builder.fmul(load(builder, begin, k), load(builder, decays, k)) for begin, k in pairs]

        sums = compute_if(builder, is_decaying, decay, [constant(0.0)] * (high * wide))
        body = _gathering(builder, high, wide, rows, stride, which, factors)
        gradients = repeat(builder, n, sums, body)
        for r, (is_there, at) in enumerate(places):
            with builder.if_then(is_there):
                moved = [builder.gep(pointer, [at]) for pointer in state]
                for k in range(wide):
                    step(builder, k, gradients[r * wide + k], moved, *its_factors)
        return context.get_dummy_value()

    return types.void(n_rows, n_vectors, tile), codegen


@intrinsic
@no_type_check
def step_adam(_: Any, gradient: Any, weights: Any, means: Any, squares: Any, rates: Any, root: Any) -> Any:
    """Step one vector of weights by Adam.

    `rates` holds the learning rate over the first bias correction for each lane, `root` is one over
    the square root of the second.
    """

    def codegen(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        _step(builder, 0, load(builder, arguments[0], 0), *arguments[1:])
        return context.get_dummy_value()

    return types.void(gradient, weights, means, squares, rates, root), codegen


@intrinsic
@no_type_check
def descend(_: Any, gradient: Any, weights: Any, means: Any, rates: Any, momenta: Any, looks: Any) -> Any:
    """Step one vector of weights by gradient descent.

    `means` holds the last step, of which `momenta` are kept; where `looks` is not 0 the step looks ahead as
    Nesterov's does.
    """

    def codegen(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        _descend(builder, 0, load(builder, arguments[0], 0), *arguments[1:])
        return context.get_dummy_value()

    return types.void(gradient, weights, means, rates, momenta, looks), codegen


@intrinsic
@no_type_check
def multiply_tile(
    _: Any,
    n_rows: Any,
    n_vectors: Any,
    out: Any,
    out_stride: Any,
    begin: Any,
    left: Any,
    left_row: Any,
    left_item: Any,
    right: Any,
    right_stride: Any,
    n: Any,
) -> Any:
    """Write to each row of a tile `begin` and the product of `n` columns of `left` and `n` rows of `right`.

    Item (r, i) of `left` lies at r * left_row + i * left_item, so that it may be a transposed one.
    """
    high, wide = _literal(n_rows), _literal(n_vectors)

    def codegen(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        _, _, out, out_stride, begin, left, left_row, left_item, right, right_stride, n = arguments
        out_rows = [builder.gep(out, [builder.mul(out_stride, index(r))]) for r in range(high)]
        left_rows = [builder.gep(left, [builder.mul(left_row, index(r))]) for r in range(high)]

        def body(i: Any, sums: list[Any]) -> list[Any]:
            right_row, item = builder.gep(right, [builder.mul(i, right_stride)]), builder.mul(i, left_item)
            vectors = [load(builder, right_row, k) for k in range(wide)]
            factors = [spread(builder, builder.load(builder.gep(row, [item]))) for row in left_rows]
            pairs = [(factor, vector) for factor in factors for vector in vectors]
            return [multiply_add(builder, *pair, total) for pair, total in zip(pairs, sums, strict=True)]

        sums = [load(builder, begin, k) for k in range(wide)] * high
        for number, total in enumerate(repeat(builder, n, sums, body)):
            store(builder, out_rows[number // wide], number % wide, total)
        return context.get_dummy_value()

    arguments = (n_rows, n_vectors, out, out_stride, begin, left, left_row, left_item, right, right_stride, n)
    return types.void(*arguments), codegen


@intrinsic
@no_type_check
def transpose_block(_: Any, out: Any, out_stride: Any, rows: Any, stride: Any, n: Any) -> Any:
    """Write the columns of a square block as rows, as if rows from the n-th on were zeros."""

    def codegen(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        out, out_stride, rows, stride, n = arguments
        vectors = []
        for r in range(LANES):
            is_there = builder.icmp_signed("<", index(r), n)
            at = builder.select(is_there, builder.mul(stride, index(r)), index(0))
            row = load(builder, builder.gep(rows, [at]), 0)
            vectors.append(builder.select(is_there, row, constant(0.0)))
        for r, column in enumerate(transpose(builder, vectors)):
            store(builder, builder.gep(out, [builder.mul(out_stride, index(r))]), 0, column)
        return context.get_dummy_value()

    return types.void(out, out_stride, rows, stride, n), codegen


@intrinsic
@no_type_check
def judge_vectors(_: Any, n_vectors: Any, logits: Any, n_classes: Any, label: Any, share: Any) -> Any:
    """Turn an image's logits into `share` of the gradient of its loss by them.

    Return the total of the exponentials below the highest logit, how far the label's logit lies below
    it, and whether the label has it.
    """
    wide = _literal(n_vectors)

    def codegen(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        _, logits, n_classes, label, share = arguments
        is_class = [is_lane(builder, "<", n_classes, k) for k in range(wide)]
        values = [load(builder, logits, k) for k in range(wide)]
        values = [builder.select(*pair, constant(-math.inf)) for pair in zip(is_class, values, strict=True)]
        highest = functools.reduce(lambda a, b: call(builder, "maxnum", a, b), values)
        top = join_lanes(builder, highest, lambda a, b: call(builder, "maxnum", a, b))
        guess = find_first(builder, [builder.fcmp_ordered("==", vector, top) for vector in values])
        right = builder.zext(builder.icmp_signed("==", guess, label), INT64)
        its_logit = builder.load(builder.gep(logits, [label]))
        below = builder.fsub(its_logit, builder.extract_element(top, index(0)))
        powers = [_exp(builder, builder.fsub(vector, top)) for vector in values]
        powers = [builder.select(*pair, constant(0.0)) for pair in zip(is_class, powers, strict=True)]
        total = join_lanes(builder, functools.reduce(builder.fadd, powers), builder.fadd)
        for k, power in enumerate(powers):
            truth = builder.select(is_lane(builder, "==", label, k), constant(1.0), constant(0.0))
            slope = builder.fsub(builder.fdiv(power, total), truth)
            store(builder, logits, k, builder.fmul(slope, spread(builder, share)))
        results = [builder.extract_element(total, index(0)), below, right]
        return context.make_tuple(builder, results_type, results)

    results_type = types.Tuple((types.float32, types.float32, types.int64))
    return results_type(n_vectors, logits, n_classes, label, share), codegen


def _literal(kind: Any) -> int:
    if not isinstance(kind, types.IntegerLiteral):
        raise RequireLiteralValue(kind)
    return int(kind.literal_value)


def _gathering(
    builder: Any, high: int, wide: int, rows: Any, stride: Any, which: Any, factors: Any
) -> Callable[[Any, list[Any]], list[Any]]:
    def body(i: Any, sums: list[Any]) -> list[Any]:
        number = builder.zext(builder.load(builder.gep(which, [i])), INT64)
        row = builder.gep(rows, [builder.mul(number, stride)])
        first = builder.gep(factors, [builder.mul(i, index(high))])
        vectors = [load(builder, row, k) for k in range(wide)]
        spreads = [spread(builder, builder.load(builder.gep(first, [index(r)]))) for r in range(high)]
        pairs = [(factor, vector) for factor in spreads for vector in vectors]
        return [multiply_add(builder, *pair, total) for pair, total in zip(pairs, sums, strict=True)]

    return body


def _place_row(builder: Any, numbers: Any, r: int, width: Any) -> tuple[Any, Any]:
    """Return whether there is a row of that place in a tile, and where it begins; where not, at 0."""
    number = builder.load(builder.gep(numbers, [index(r)]))
    is_there = builder.icmp_signed(">=", number, index(0))
    return is_there, builder.select(is_there, builder.mul(number, width), index(0))


def _step(
    builder: Any, k: int, gradient: Any, weights: Any, means: Any, squares: Any, rates: Any, root: Any
) -> None:
    mean, square = load(builder, means, k), load(builder, squares, k)
    mean = multiply_add(builder, constant(1 - KEEP_MEAN), builder.fsub(gradient, mean), mean)
    kept = builder.fmul(square, constant(KEEP_SQUARE))
    square = multiply_add(builder, builder.fmul(gradient, gradient), constant(1 - KEEP_SQUARE), kept)
    spread_out = builder.fmul(call(builder, "sqrt", square), spread(builder, root))
    move = builder.fmul(mean, _reciprocal(builder, builder.fadd(spread_out, constant(EPSILON))))
    move = builder.fmul(load(builder, rates, k), move)
    store(builder, means, k, mean)
    store(builder, squares, k, square)
    store(builder, weights, k, builder.fsub(load(builder, weights, k), move))


def _descend(
    builder: Any, k: int, gradient: Any, weights: Any, means: Any, rates: Any, momenta: Any, looks: Any
) -> None:
    momentum = load(builder, momenta, k)
    mean = multiply_add(builder, momentum, load(builder, means, k), gradient)
    ahead = multiply_add(builder, momentum, mean, gradient)
    move = builder.select(builder.fcmp_ordered(">", load(builder, looks, k), constant(0.0)), ahead, mean)
    store(builder, means, k, mean)
    back = builder.fneg(load(builder, rates, k))
    store(builder, weights, k, multiply_add(builder, back, move, load(builder, weights, k)))


def _reciprocal(builder: Any, x: Any) -> Any:
    """Divide 1 by positive numbers, to rounding: faster than a division, which waits for the root before."""
    x = builder.select(builder.fcmp_ordered("<", x, constant(_HUGE)), x, constant(_HUGE))
    y, minus = guess_reciprocal(builder, x), builder.fneg(x)
    for _ in range(3):  # Newton's steps: each squares the error, which is 12 % at first
        y = multiply_add(builder, y, multiply_add(builder, minus, y, constant(1.0)), y)
    return y


def _exp(builder: Any, x: Any) -> Any:
    least, most = _EXP_RANGE
    x = call(builder, "minimum", call(builder, "maximum", x, constant(least)), constant(most))
    whole = call(builder, "floor", multiply_add(builder, x, constant(_LOG2_E), constant(0.5)))
    x = multiply_add(builder, whole, constant(-_LN2_HIGH), x)
    x = multiply_add(builder, whole, constant(-_LN2_LOW), x)
    y = _polynomial(builder, _EXP, x)
    y = multiply_add(builder, y, builder.fmul(x, x), builder.fadd(x, constant(1.0)))
    return builder.fmul(y, exp2_int(builder, whole))


def _polynomial(builder: Any, coefficients: tuple[float, ...], x: Any) -> Any:
    y = constant(coefficients[0])
    for coefficient in coefficients[1:]:
        y = multiply_add(builder, y, x, constant(coefficient))
    return y


def _sigmoid(builder: Any, x: Any) -> Any:
    return builder.fdiv(constant(1.0), builder.fadd(constant(1.0), _exp(builder, builder.fneg(x))))


def _relu(builder: Any, x: Any) -> Any:
    return call(builder, "maximum", x, constant(0.0))  # NaN stays NaN


def _tanh(builder: Any, x: Any) -> Any:
    square = builder.fmul(x, x)
    near = multiply_add(builder, builder.fmul(_polynomial(builder, _TANH, square), square), x, x)
    away = builder.fadd(_exp(builder, builder.fadd(x, x)), constant(1.0))
    away = builder.fsub(constant(1.0), builder.fdiv(constant(2.0), away))
    is_near = builder.fcmp_ordered("<", call(builder, "fabs", x), constant(_TANH_NEAR))
    return builder.select(is_near, near, away)  # NaN is not near, and stays NaN


def _on_vector(function: Callable[[Any, Any], Any]) -> Any:
    @intrinsic
    @no_type_check
    def apply(_: Any, sums: Any, outputs: Any) -> Any:
        def codegen(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
            sums, outputs = arguments
            store(builder, outputs, 0, function(builder, load(builder, sums, 0)))
            return context.get_dummy_value()

        return types.void(sums, outputs), codegen

    return apply


def _on_gradient(slope: Callable[[Any, Any, Any], Any]) -> Any:
    @intrinsic
    @no_type_check
    def apply(_: Any, gradients: Any, outputs: Any) -> Any:
        def codegen(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
            gradient, output = (load(builder, pointer, 0) for pointer in arguments)
            store(builder, arguments[0], 0, slope(builder, gradient, output))
            return context.get_dummy_value()

        return types.void(gradients, outputs), codegen

    return apply


def _sigmoid_slope(builder: Any, gradient: Any, y: Any) -> Any:
    return builder.fmul(gradient, builder.fmul(y, builder.fsub(constant(1.0), y)))


def _relu_slope(builder: Any, gradient: Any, y: Any) -> Any:
    return builder.select(builder.fcmp_ordered(">", y, constant(0.0)), gradient, constant(0.0))


def _tanh_slope(builder: Any, gradient: Any, y: Any) -> Any:
    return builder.fmul(gradient, builder.fsub(constant(1.0), builder.fmul(y, y)))


def _square(builder: Any, x: Any) -> Any:
    return builder.fmul(x, x)


def _square_slope(builder: Any, gradient: Any, x: Any) -> Any:
    return builder.fmul(gradient, builder.fadd(x, x))


sigmoid_vector = _on_vector(_sigmoid)
relu_vector = _on_vector(_relu)
tanh_vector = _on_vector(_tanh)
square_vector = _on_vector(_square)
sigmoid_slope = _on_gradient(_sigmoid_slope)
relu_slope = _on_gradient(_relu_slope)
tanh_slope = _on_gradient(_tanh_slope)
square_slope = _on_gradient(_square_slope)
