"""Ways to harm a file: what disks, networks and malice do to it, from a seed."""

import struct
import zlib

import numpy as np

_WORDS = (0, 1, 2, 3, 7, 8, 127, 255, 256, 65535, 65536, 2**24, 2**28, 2**30, 2**31 - 1, 2**31, 2**32 - 1)
_HEAD = 128
_NEAR = 600  # where most lengths and kinds of a small file stand


def harm(content: bytes, rng: np.random.Generator) -> bytes:
    """Harm a file in one to three ways."""
    for _ in range(int(rng.integers(1, 4))):
        way = _WAYS[int(rng.integers(len(_WAYS)))]
        content = way(content, rng)
    return content


def _flip_bits(content: bytes, rng: np.random.Generator) -> bytes:
    harmed = bytearray(content)
    for _ in range(int(rng.integers(1, 17))):
        harmed[_choose_place(harmed, rng)] ^= 1 << int(rng.integers(8))
    return bytes(harmed)


def _cut_tail(content: bytes, rng: np.random.Generator) -> bytes:
    return content[: int(rng.integers(1, len(content)))] if len(content) > 1 else content


def _change_word(content: bytes, rng: np.random.Generator) -> bytes:
    """Put another length or count in the place of four bytes."""
    harmed = bytearray(content)
    place = _choose_place(harmed, rng) // 4 * 4
    order = "<>"[int(rng.integers(2))]
    harmed[place : place + 4] = struct.pack(order + "I", _WORDS[int(rng.integers(len(_WORDS)))])
    return bytes(harmed)


def _change_kind(content: bytes, rng: np.random.Generator) -> bytes:
    """Put another kind in the place of one: small numbers are kinds, classes, counts of axes."""
    harmed = bytearray(content)
    small = [place for place in range(_choose_place(harmed, rng), len(harmed)) if 0 < harmed[place] < 20][:1]
    for place in small:
        harmed[place] = int(rng.integers(0, 20))
    return bytes(harmed)


def _splice(content: bytes, rng: np.random.Generator) -> bytes:
    """Copy a part of the file over another, or between two others."""
    begin, place = _choose_place(content, rng) // 8 * 8, _choose_place(content, rng) // 8 * 8
    part = content[begin : begin + int(rng.integers(1, 64)) * 8]
    rest = place + (len(part) if rng.integers(2) else 0)
    return content[:place] + part + content[rest:]


def _drop_part(content: bytes, rng: np.random.Generator) -> bytes:
    place = _choose_place(content, rng)
    return content[:place] + content[place + int(rng.integers(1, 64)) :] or b"\x00"


def _repeat_part(content: bytes, rng: np.random.Generator) -> bytes:
    place = _choose_place(content, rng)
    return content[:place] + content[place : place + 64] * int(rng.integers(2, 20)) + content[place:]


def _harm_inside(content: bytes, rng: np.random.Generator) -> bytes:
    """Harm what a variable inflates to, and compress it anew, so that its sum is right."""
    if content[124:128] != b"\x00\x01IM" or content[_HEAD : _HEAD + 4] != struct.pack("<I", 15):
        return _flip_bits(content, rng)
    length = struct.unpack_from("<I", content, _HEAD + 4)[0]
    begin = _HEAD + 8
    try:
        inside = zlib.decompress(content[begin : begin + length])
    except zlib.error:
        return _flip_bits(content, rng)
    way = (_change_word, _change_kind, _splice, _flip_bits, _drop_part)[int(rng.integers(5))]
    squeezed = zlib.compress(way(inside, rng), 1)
    return content[: _HEAD + 4] + struct.pack("<I", len(squeezed)) + squeezed + content[begin + length :]


def _choose_place(content: bytes | bytearray, rng: np.random.Generator) -> int:
    """Choose a place: in half of all cases near the beginning, where most of what is not pixels stands."""
    most = min(len(content), _NEAR) if rng.integers(2) else len(content)
    return int(rng.integers(most))


_WAYS = (
    _flip_bits,
    _cut_tail,
    _change_word,
    _change_word,
    _change_kind,
    _splice,
    _drop_part,
    _repeat_part,
    _harm_inside,
    _harm_inside,
)
