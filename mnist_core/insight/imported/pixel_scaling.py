"""What a file says of pixels: how they are scaled, folded into the first layer, and which are left out."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import isqrt

import numpy as np

from mnist_core.insight.imported.chain import Chain, Row
from mnist_core.insight.imported.named_arrays import Named

_MEAN = re.compile(r"(.*[^a-z]|x|)(mu|means?|avg)_?")
_SPREAD = re.compile(r"(.*[^a-z]|x|)(sigma|stds?|sd|scale|deviations?)_?")
_GAIN = ("gain", "xoffset", "ymin")  # of MATLAB's mapminmax
_KEPT = ("keep", "keep_ind")  # of MATLAB's removeconstantrows
_LEAST_SPREAD = 1e-12
_MOST_LEFT_OUT = 4  # times what is kept; MNIST's rim is an eighth of it


def scale_pixels(chain: Chain, arrays: Sequence[Named]) -> Iterator[Chain]:
    """Make chains that do to their pixels what the file has a number for: one for each pixel, or for all."""
    n_inputs = chain.matrices[0].shape[1]
    fitting = [one for one in arrays if one.values.size in (1, n_inputs)]
    mean = next((one for one in fitting if _MEAN.fullmatch(one.name)), None)
    spread = next((one for one in fitting if _SPREAD.fullmatch(one.name)), None)
    if mean is not None and spread is not None:
        sizes = spread.values.ravel()
        factor = np.where(np.abs(sizes) > _LEAST_SPREAD, 1 / np.where(sizes == 0, 1, sizes), 1.0)
        why = f"Its inputs are standardised by {mean.path} and {spread.path}, folded into the first layer."
        yield _fold(chain, factor, -mean.values.ravel() * factor, why)
    by_name = {one.name: one for one in fitting}
    gain, offset, low = (by_name.get(name) for name in _GAIN)
    if gain is not None and offset is not None:
        factor, least = gain.values.ravel(), -1.0 if low is None else low.values.ravel()
        why = f"Its inputs are scaled by {gain.path} and {offset.path}, folded into the first layer."
        yield _fold(chain, factor, least - offset.values.ravel() * factor, why)


def _fold(chain: Chain, factor: Row, shift: Row, why: str) -> Chain:
    return replace(chain.scale_inputs(factor, shift), reasons=(*chain.reasons, why), scales_pixels=True)


def put_back_pixels(arrays: Sequence[Named]) -> tuple[list[Named], str]:
    """Put pixels back that a file says were left out, as 0; and say so, with nothing where none were."""
    kept = next((one for one in arrays if one.name in _KEPT and _are_places(one.values)), None)
    if kept is None:
        return list(arrays), ""
    places = kept.values.ravel().astype(np.int64) - 1  # as MATLAB counts
    n_pixels = _count_pixels(kept.values)
    whole = [replace(one, values=_spread(one.values, places, n_pixels)) for one in arrays if one is not kept]
    return whole, f"Pixels that {kept.path} leaves out have weights of 0."


def _are_places(values: np.ndarray) -> bool:
    is_whole = bool(values.size and values.min() >= 1 and (values == values.round()).all())
    return is_whole and _count_pixels(values) <= _MOST_LEFT_OUT * values.size


def _count_pixels(values: np.ndarray) -> int:
    """Count the pixels of the smallest square image that has the places."""
    return (isqrt(int(values.max()) - 1) + 1) ** 2


def _spread(values: np.ndarray, places: np.ndarray, n_pixels: int) -> np.ndarray:
    for axis, length in enumerate(values.shape):
        if length == len(places):
            whole = np.zeros((*values.shape[:axis], n_pixels, *values.shape[axis + 1 :]))
            whole[(slice(None),) * axis + (places,)] = values
            return whole
    return values
