"""Forward, backward and step of a stack of networks, compiled.

A stack is a few networks with one activation that see the same batches. Their first hidden layers lie
side by side in one matrix, pixel by pixel: row p holds what pixel p says to every unit. So a pixel that
is zero costs nothing, and the sums over the others stay in registers.
"""

import math
from typing import no_type_check

import numpy as np

from mnist_core.engines.fused.compiled import compiled
from mnist_core.engines.fused.kernels import (
    flush_denormals,
    judge_vectors,
    move,
    place,
    restore_float_mode,
)
from mnist_core.engines.fused.matrices import (
    activate,
    choose_width,
    gather_tile,
    keep_sums,
    make_rows,
    multiply,
    multiply_slopes,
    pad_rows,
    sum_rows,
    turn,
)
from mnist_core.engines.fused.steps import step_bias, step_first, step_upper
from mnist_core.engines.fused.training import KEEP_MEAN, KEEP_SQUARE
from mnist_core.engines.fused.vectors import GROUP, round_up


@compiled
@no_type_check
def train_epoch(stack, ink, turned, n, batch, steps, losses):
    """Train one epoch on the first n images in their order; return the optimiser's new count of steps.

    `losses` gains the sum of each network's training losses.
    """
    n_networks, stride, wide = len(stack.units), stack.lanes + 16, round_up(stack.n_classes)
    height, widest = pad_rows(batch), find_widest(stack)
    outputs1, slopes1, logits = make_rows(height * stride), make_rows(batch * stride), make_rows(batch * wide)
    room = batch * widest  # of each hidden layer above the first
    outputs, slopes = make_rows(2 * room), make_rows(2 * room)
    sums1, sums = keep_sums(stack.code, outputs1), keep_sums(stack.code, outputs)
    gradients, bias_gradients = make_rows(len(stack.upper.weights)), make_rows(stack.lanes)
    turned_weights = make_rows(find_largest(stack))
    lane_rates, zeros = make_rows(stack.lanes), make_rows(max(stack.lanes, widest, wide))
    mode = flush_denormals()
    for k in range((n + batch - 1) // batch):
        first = k * batch
        size = min(batch, n - first)
        steps += 1
        root = np.float32(1 / math.sqrt(1 - KEEP_SQUARE**steps))
        forward_first(stack, ink, k * height // GROUP, size, sums1, outputs1, stride)
        for g in range(n_networks):
            correction = 1 - KEEP_MEAN**steps if stack.is_adam else 1.0
            rate = np.float32(stack.rates[g] / correction)
            lane_rates[stack.units[g] : stack.units[g] + stack.widths[g, 0]] = rate
            forward_upper(stack, g, size, outputs1, 0, stride, sums, outputs, room, logits)
            losses[g] += judge(logits, wide, stack.n_classes, ink.labels, first, size)[0]
            backward_upper(
                stack,
                g,
                size,
                outputs1,
                slopes1,
                stride,
                sums,
                outputs,
                slopes,
                room,
                logits,
                gradients,
                turned_weights,
                zeros,
            )
            step_upper(stack, g, gradients, rate, root)
        step_bias(stack, size, sums1, slopes1, stride, bias_gradients, lane_rates, root, zeros)
        step_first(stack, turned, k, slopes1, stride, lane_rates, root)
    restore_float_mode(mode)
    return steps


@compiled
@no_type_check
def find_widest(stack):
    """Find the width of the widest hidden layer above the first, rounded up to whole vectors."""
    return round_up(max(stack.widths[:, 1:].max(), 1))


@compiled
@no_type_check
def find_largest(stack):
    """Find how many weights the largest layer above the first has, rounded up both ways."""
    largest = 0
    for g in range(len(stack.units)):
        for layer in range(stack.depths[g]):
            is_last = layer + 1 == stack.depths[g]
            above = stack.n_classes if is_last else stack.widths[g, layer + 1]
            largest = max(largest, round_up(stack.widths[g, layer]) * round_up(above))
    return largest


@compiled
@no_type_check
def measure(stack, ink, n, batch, losses, n_right):
    """Measure the networks on the first n images: `losses` and `n_right` gain each one's sums."""
    stride, wide, part = stack.lanes + 16, round_up(stack.n_classes), (batch + 3) // 4 * 4
    # Whole parts of whole groups; parts are fours, whatever a tile holds, so that losses keep their bits.
    height = part if part % GROUP == 0 else part * GROUP
    outputs1, logits = make_rows(height * stride), make_rows(part * wide)
    room = part * find_widest(stack)
    outputs = make_rows(2 * room)
    mode = flush_denormals()
    for first in range(0, n, height):
        forward_first(stack, ink, first // GROUP, min(height, n - first), outputs1, outputs1, stride)
        for begin in range(first, min(first + height, n), part):
            size = min(part, n - begin)
            for g in range(len(stack.units)):
                at = (begin - first) * stride
                forward_upper(stack, g, size, outputs1, at, stride, outputs, outputs, room, logits)
                loss, right = judge(logits, wide, stack.n_classes, ink.labels, begin, size)
                losses[g] += loss
                n_right[g] += right
    restore_float_mode(mode)


@compiled
@no_type_check
def forward_first(stack, ink, group, size, sums, outputs, stride):
    """Compute hidden 1's sums and outputs of a batch, which begins with a group of that number."""
    bias, weights, out = place(stack.bias.weights, 0), place(stack.first.weights, 0), place(sums, 0)
    pixels, values, starts, lanes = place(ink.pixels, 0), place(ink.values, 0), ink.starts, stack.lanes
    for first in range(0, size, GROUP):
        low = starts[group]
        lane = 0
        while lane < lanes:
            n_vectors = choose_width((lanes - lane) // 16)
            gather_tile(
                n_vectors,
                move(out, first * stride + lane),
                stride,
                move(bias, lane),
                move(weights, lane),
                lanes,
                move(pixels, low),
                move(values, low * GROUP),
                starts[group + 1] - low,
            )
            lane += 16 * n_vectors
        group += 1
    for i in range(size):
        activate(stack.code, sums, outputs, i * stride, lanes)


@compiled
@no_type_check
def forward_upper(stack, g, size, outputs1, begin, stride, sums, outputs, room, logits):
    """Compute the outputs of one network's hidden layers above the first, and its logits."""
    weights, at = stack.upper.weights, stack.begins[g]
    below, low, row, n = outputs1, begin + stack.units[g], stride, stack.widths[g, 0]
    for layer in range(1, stack.depths[g]):
        wide, here = round_up(stack.widths[g, layer]), (layer - 1) * room
        bias = at + n * wide
        multiply(wide, size, n, sums, here, wide, below, low, row, 1, weights, at, wide, weights, bias)
        activate(stack.code, sums, outputs, here, size * wide)
        below, low, row, n = outputs, here, wide, stack.widths[g, layer]
        at = bias + wide
    wide = round_up(stack.n_classes)
    bias = at + n * wide
    multiply(wide, size, n, logits, 0, wide, below, low, row, 1, weights, at, wide, weights, bias)


@compiled
@no_type_check
def judge(logits, wide, n_classes, labels, first, size):
    """Turn logits into the gradient of the mean loss; return the sum of losses and the right guesses."""
    loss, n_right, totals, share = 0.0, 0, 1.0, np.float32(1 / size)
    for i in range(size):
        its_logits, label = place(logits, i * wide), labels[first + i]
        if wide == 16:
            total, below, is_right = judge_vectors(1, its_logits, n_classes, label, share)
        elif wide == 32:
            total, below, is_right = judge_vectors(2, its_logits, n_classes, label, share)
        elif wide == 48:
            total, below, is_right = judge_vectors(3, its_logits, n_classes, label, share)
        else:
            total, below, is_right = judge_vectors(4, its_logits, n_classes, label, share)
        loss -= below
        n_right += is_right
        totals *= total  # one logarithm for many images; the product stays below 64 ** 129
        if i % 128 == 127:
            loss += math.log(totals)
            totals = 1.0
    return loss + math.log(totals), n_right


@compiled
@no_type_check
def backward_upper(
    stack, g, size, outputs1, slopes1, stride, sums, outputs, slopes, room, logits, gradients, turned, zeros
):
    """Compute the gradients of the layers above hidden 1, and of hidden 1's outputs.

    `logits` holds the gradient by them, `slopes` gets those by the sums of the hidden layers.
    """
    at = stack.ends[g]
    above, high, wide, n_above = logits, 0, round_up(stack.n_classes), stack.n_classes
    for layer in range(stack.depths[g] - 1, -1, -1):
        n, here = stack.widths[g, layer], (layer - 1) * room
        below, low, row, its_slopes = outputs, here, round_up(n), slopes
        if layer == 0:
            below, low, row, its_slopes = outputs1, stack.units[g], stride, slopes1
        wide_below = round_up(n)
        at -= (n + 1) * wide
        multiply(wide, n, size, gradients, at, wide, below, low, 1, row, above, high, wide, zeros, 0)
        sum_rows(above, high, size, wide, gradients, at + n * wide, wide, zeros)
        turn(stack.upper.weights, at, n, wide, turned, wide_below)
        # Of hidden 1, the lanes past its last that are zeroed here belong to the next network, which writes
        # them after this.
        multiply(
            wide_below,
            size,
            n_above,
            its_slopes,
            low,
            row,
            above,
            high,
            wide,
            1,
            turned,
            0,
            wide_below,
            zeros,
            0,
        )
        if layer > 0:
            multiply_slopes(stack.code, slopes, here, sums, here, size * row)
        above, high, wide, n_above = slopes, here, wide_below, n
