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
    step_adam,
)
from mnist_core.engines.fused.matrices import (
    activate,
    choose_width,
    gather_tile,
    make_rows,
    multiply,
    multiply_slopes,
    pad_rows,
    step_tile,
    sum_rows,
    turn,
)
from mnist_core.engines.fused.training import KEEP_MEAN, KEEP_SQUARE
from mnist_core.engines.fused.vectors import GROUP, round_up


@compiled
@no_type_check
def train_epoch(stack, ink, turned, n, batch, steps, losses):
    """Train one epoch on the first n images in their order; return Adam's new count of steps.

    `losses` gains the sum of each network's training losses.
    """
    n_networks, stride, wide3 = len(stack.units), stack.lanes + 16, round_up(stack.n_classes)
    wide1, wide2 = round_up(stack.hidden1.max()), round_up(stack.hidden2.max())
    height = pad_rows(batch)
    outputs1, slopes1 = make_rows(height * stride), make_rows(batch * stride)
    outputs2, slopes2, outputs3 = make_rows(batch * wide2), make_rows(batch * wide2), make_rows(batch * wide3)
    gradients, bias_gradients = make_rows(len(stack.upper.weights)), make_rows(stack.lanes)
    turned2, turned3 = make_rows(wide2 * wide1), make_rows(wide3 * wide2)
    lane_rates, zeros = make_rows(stack.lanes), make_rows(max(stack.lanes, wide1, wide2, wide3))
    mode = flush_denormals()
    for k in range((n + batch - 1) // batch):
        first = k * batch
        size = min(batch, n - first)
        steps += 1
        root = np.float32(1 / math.sqrt(1 - KEEP_SQUARE**steps))
        forward_first(stack, ink, k * height // GROUP, size, outputs1, stride)
        for g in range(n_networks):
            rate = np.float32(stack.rates[g] / (1 - KEEP_MEAN**steps))
            lane_rates[stack.units[g] : stack.units[g] + stack.hidden1[g]] = rate
            forward_upper(stack, g, size, outputs1, stride, outputs2, outputs3)
            losses[g] += judge(outputs3, wide3, stack.n_classes, ink.labels, first, size)[0]
            backward_output(stack, g, size, outputs2, outputs3, slopes2, gradients, turned3, zeros)
            backward_hidden2(stack, g, size, outputs1, slopes1, stride, slopes2, gradients, turned2, zeros)
            step_upper(stack, g, gradients, rate, root)
        step_bias(stack, size, outputs1, slopes1, stride, bias_gradients, lane_rates, root, zeros)
        step_first(stack, turned, k, slopes1, stride, lane_rates, root)
    restore_float_mode(mode)
    return steps


@compiled
@no_type_check
def measure(stack, ink, n, batch, losses, n_right):
    """Measure the networks on the first n images: `losses` and `n_right` gain each one's sums."""
    stride, wide3, height = stack.lanes + 16, round_up(stack.n_classes), pad_rows(batch)
    outputs1 = make_rows(height * stride)
    outputs2, outputs3 = make_rows(height * round_up(stack.hidden2.max())), make_rows(height * wide3)
    mode = flush_denormals()
    for first in range(0, n, height):
        size = min(height, n - first)
        forward_first(stack, ink, first // GROUP, size, outputs1, stride)
        for g in range(len(stack.units)):
            forward_upper(stack, g, size, outputs1, stride, outputs2, outputs3)
            loss, right = judge(outputs3, wide3, stack.n_classes, ink.labels, first, size)
            losses[g] += loss
            n_right[g] += right
    restore_float_mode(mode)


@compiled
@no_type_check
def forward_first(stack, ink, group, size, outputs, stride):
    """Compute hidden 1's outputs of a batch, which begins with a group of that number."""
    bias, weights, out = place(stack.bias.weights, 0), place(stack.first.weights, 0), place(outputs, 0)
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
        activate(stack.code, outputs, i * stride, lanes)


@compiled
@no_type_check
def forward_upper(stack, g, size, outputs1, stride, outputs2, outputs3):
    """Compute one network's hidden 2 and its logits."""
    h1, h2 = stack.hidden1[g], stack.hidden2[g]
    wide2, wide3, weights = round_up(h2), round_up(stack.n_classes), stack.upper.weights
    bias2 = stack.begins[g] + h1 * wide2
    weights3 = bias2 + wide2
    bias3 = weights3 + h2 * wide3
    begin, unit = stack.begins[g], stack.units[g]
    multiply(
        wide2, size, h1, outputs2, 0, wide2, outputs1, unit, stride, 1, weights, begin, wide2, weights, bias2
    )
    activate(stack.code, outputs2, 0, size * wide2)
    multiply(
        wide3, size, h2, outputs3, 0, wide3, outputs2, 0, wide2, 1, weights, weights3, wide3, weights, bias3
    )


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
def backward_output(stack, g, size, outputs2, slopes3, slopes2, gradients, turned, zeros):
    """Compute the gradients of the output layer, and of hidden 2's sums."""
    h1, h2, weights = stack.hidden1[g], stack.hidden2[g], stack.upper.weights
    wide2, wide3 = round_up(h2), round_up(stack.n_classes)
    weights3 = stack.begins[g] + h1 * wide2 + wide2
    bias3 = weights3 + h2 * wide3
    multiply(wide3, h2, size, gradients, weights3, wide3, outputs2, 0, 1, wide2, slopes3, 0, wide3, zeros, 0)
    sum_rows(slopes3, size, wide3, gradients, bias3, wide3, zeros)
    turn(weights, weights3, h2, wide3, turned, wide2)
    multiply(
        wide2, size, stack.n_classes, slopes2, 0, wide2, slopes3, 0, wide3, 1, turned, 0, wide2, zeros, 0
    )
    multiply_slopes(stack.code, slopes2, 0, outputs2, 0, size * wide2)


@compiled
@no_type_check
def backward_hidden2(stack, g, size, outputs1, slopes1, stride, slopes2, gradients, turned, zeros):
    """Compute the gradients of hidden 2, and of hidden 1's outputs."""
    h1, h2, begin = stack.hidden1[g], stack.hidden2[g], stack.begins[g]
    wide1, wide2, unit = round_up(h1), round_up(h2), stack.units[g]
    multiply(wide2, h1, size, gradients, begin, wide2, outputs1, unit, 1, stride, slopes2, 0, wide2, zeros, 0)
    sum_rows(slopes2, size, wide2, gradients, begin + h1 * wide2, wide2, zeros)
    turn(stack.upper.weights, begin, h1, wide2, turned, wide1)
    # The lanes past h1 that are zeroed here belong to the next network, which writes them after this.
    multiply(wide1, size, h2, slopes1, unit, stride, slopes2, 0, wide2, 1, turned, 0, wide1, zeros, 0)


@compiled
@no_type_check
def has_decay(stack):
    """Tell whether the weights of any network decay."""
    return stack.decays.max() > 0


@compiled
@no_type_check
def step_bias(stack, size, outputs, slopes, stride, gradients, rates, root, zeros):
    """Turn gradients by hidden 1's outputs into those by its sums, and step its biases."""
    for i in range(size):
        multiply_slopes(stack.code, slopes, i * stride, outputs, i * stride, stack.lanes)
    sum_rows(slopes, size, stride, gradients, 0, stack.lanes, zeros)
    if has_decay(stack):
        for u in range(stack.lanes):
            gradients[u] += stack.lane_decays[u] * stack.bias.weights[u]
    for u in range(0, stack.lanes, 16):
        step_adam(
            place(gradients, u),
            place(stack.bias.weights, u),
            place(stack.bias.means, u),
            place(stack.bias.squares, u),
            place(rates, u),
            root,
        )


@compiled
@no_type_check
def step_upper(stack, g, gradients, rate, root):
    """Step one network's hidden 2 and output layer by Adam."""
    wide2, wide3 = round_up(stack.hidden2[g]), round_up(stack.n_classes)
    count = (stack.hidden1[g] + 1) * wide2 + (stack.hidden2[g] + 1) * wide3
    rates = np.full(16, rate, np.float32)
    decay = np.float32(stack.decays[g])
    if decay > 0:
        for at in range(stack.begins[g], stack.begins[g] + count):
            gradients[at] += decay * stack.upper.weights[at]
    for at in range(stack.begins[g], stack.begins[g] + count, 16):
        step_adam(
            place(gradients, at),
            place(stack.upper.weights, at),
            place(stack.upper.means, at),
            place(stack.upper.squares, at),
            place(rates, 0),
            root,
        )


@compiled
@no_type_check
def step_first(stack, turned, k, slopes, stride, rates, root):
    """Compute the gradients of hidden 1's weights and step them by Adam, batch k."""
    weights, means = place(stack.first.weights, 0), place(stack.first.means, 0)
    squares, gradients, lane_rates = place(stack.first.squares, 0), place(slopes, 0), place(rates, 0)
    pixels, images, values = place(turned.pixels, 0), place(turned.images, 0), place(turned.values, 0)
    starts, lanes, decays = turned.starts[k], stack.lanes, place(stack.lane_decays, 0)
    is_decaying = has_decay(stack)
    n_pixels = len(turned.pixels) if is_decaying else turned.n_inked
    for group in range(n_pixels // GROUP):
        low = starts[group]
        lane = 0
        while lane < lanes:
            n_vectors = choose_width((lanes - lane) // 16)
            step_tile(
                n_vectors,
                move(weights, lane),
                move(means, lane),
                move(squares, lane),
                lanes,
                move(pixels, group * GROUP),
                move(lane_rates, lane),
                move(decays, lane),
                is_decaying,
                root,
                move(gradients, lane),
                stride,
                move(images, low),
                move(values, low * GROUP),
                starts[group + 1] - low,
            )
            lane += 16 * n_vectors
