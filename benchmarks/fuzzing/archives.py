"""Compressed files and ZIPs: sound ones of real digits, and ones that were made to hurt."""

import bz2
import gzip
import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from io import BytesIO

import numpy as np
from PIL import Image

from benchmarks.fuzzing.matlab import write_matlab5

_MEGABYTE = 2**20
_PICTURES = ("PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP")
_CENTRAL = b"PK\x01\x02"


def make_compressed(images: np.ndarray, labels: np.ndarray) -> dict[str, bytes]:
    """Make a file of images and labels in each way to compress it alone."""
    content = write_matlab5({"X": _to_bytes(images).reshape(len(images), -1), "y": labels.reshape(-1, 1)})
    return {"gzip": gzip.compress(content), "bzip2": bz2.compress(content), "xz": lzma.compress(content)}


def make_zips(images: np.ndarray, labels: np.ndarray) -> dict[str, bytes]:
    """Make ZIPs of pictures in every format, of parts, of many sizes, and of other files."""
    pixels, half = _to_bytes(images), len(images) // 2
    parts = {"train": slice(0, half), "test": slice(half, None)}
    tables = {
        f"{part}.mat": write_matlab5({"X": pixels[where].reshape(-1, 784), "y": labels[where].reshape(-1, 1)})
        for part, where in parts.items()
    }
    cut = [image[: 28 - number % 5, number % 7 :] for number, image in enumerate(pixels)]
    zips = {form: pack(_name(pixels, labels, form)) for form in _PICTURES}
    zips |= {
        "parts": pack(
            {
                f"{part}/{name}": content
                for part, where in parts.items()
                for name, content in _name(pixels[where], labels[where], "PNG").items()
            }
        ),
        "many sizes, stored": pack(_name(cut, labels, "PNG"), zipfile.ZIP_STORED),
        "other files": pack(tables),
        "gzip in it": pack({f"{name}.gz": gzip.compress(content) for name, content in tables.items()}),
    }
    return zips


def make_pictures(images: np.ndarray, labels: np.ndarray) -> dict[str, bytes]:  # noqa: ARG001 - of any door
    """Make a picture in each format and mode."""
    pixels = _to_bytes(images[:1])[0]
    pictures = {form: _picture(pixels, form) for form in _PICTURES}
    modes = {
        mode: Image.fromarray(pixels).convert(mode)
        for mode in ("1", "P", "LA", "RGB", "RGBA", "CMYK", "I", "F")
    }
    for mode, picture in modes.items():
        stream = BytesIO()
        picture.save(stream, "TIFF", compression="tiff_adobe_deflate" if mode in ("1", "RGB") else None)
        pictures[f"TIFF, {mode}"] = stream.getvalue()
    return pictures


def pack_pictures(picture: bytes) -> bytes:
    """Pack a picture that may be harmed beside sound ones, each in a folder of its class."""
    ramp = np.arange(784).reshape(28, 28).astype(np.uint8)
    sound = [_picture(np.roll(ramp, number), "PNG") for number in range(18)]
    files = {f"{'ab'[number % 2]}/{number}.png": content for number, content in enumerate(sound)}
    return pack(files | {"a/harmed.png": picture}, zipfile.ZIP_STORED)


def make_hostile_archives() -> dict[str, tuple[bytes, str]]:
    """Make archives that hurt, each with words of the sentence that refuses it."""
    picture = _picture(np.zeros((8, 8), np.uint8), "PNG")
    mat = write_matlab5({"a": np.zeros((4, 4))})
    plain = pack({"a.mat": mat, "b.mat": mat})
    return {
        "gzip that inflates to 10 GB": (_gzip_zeros(10_000), "inflate to at most 250 times"),
        "gzip in gzip": (gzip.compress(gzip.compress(mat)), "in which others are"),
        "ZIP in gzip": (gzip.compress(plain), "in which others are"),
        "ZIP that inflates to 10 GB": (_zip_zeros(10_000), "inflate to at most 250 times"),
        "ZIP that says 1 KB and inflates to 10 GB": (_zip_zeros(10_000, said=1000), "is damaged"),
        "ZIP of files that lie in one another": (_overlap(plain), "begins before the file before it ends"),
        "ZIP that leads out of it": (pack({"../../a.mat": mat}), "the path ../../a.mat"),
        "ZIP with an absolute path": (pack({"/etc/a.mat": mat}), "the path /etc/a.mat"),
        "ZIP with a drive of Windows": (pack({"C:\\a.mat": mat}), "the path C:/a.mat"),
        "ZIP with a link": (_pack_link(), "is a link or a device"),
        "ZIP with a password": (_set_flag(plain, 1), "needs a password"),
        "ZIP by a method of its own": (_set_method(plain, 99), "by method 99"),
        "ZIP with a name twice": (plain.replace(b"b.mat", b"a.mat"), "has a.mat twice"),
        "ZIP of 200,000 files": (_repeat_list(200_000), "at most 150,000 files"),
        "ZIP whose list is elsewhere": (plain[:-6] + b"\xff\xff\xff\x7f" + plain[-2:], "is damaged"),
        "ZIP in ZIP": (pack({"a.zip": plain}), "that are no ZIP"),
        "ZIP of a picture of 10^10 pixels": (
            pack({"a.png": _say_size(picture, 100_000)}),
            "50,000,000 pixels",
        ),
        "ZIP of 50 pictures of 49 million pixels": (
            pack({f"{n}.png": _say_size(picture, 7000) for n in range(50)}),
            "2,000,000,000 pixels together",
        ),
        "ZIP of no sound picture": (
            pack({"0/a.png": picture[:40], "1/b.png": picture[:40]}),
            "and 1 more of 2",
        ),
    }


def pack(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Pack files as a ZIP."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return stream.getvalue()


def _to_bytes(images: np.ndarray) -> np.ndarray:
    pixels: np.ndarray = np.round(images * 255).astype(np.uint8)
    return pixels


def _name(images: Iterable[np.ndarray], labels: np.ndarray, form: str) -> dict[str, bytes]:
    return {
        f"{label}/{number}.{form.lower()}": _picture(image, form)
        for number, (image, label) in enumerate(zip(images, labels, strict=True))
    }


def _picture(pixels: np.ndarray, form: str) -> bytes:
    stream = BytesIO()
    Image.fromarray(pixels).save(stream, form)
    return stream.getvalue()


def _say_size(png: bytes, side: int) -> bytes:
    """Have a PNG say that it is larger."""
    head = b"IHDR" + struct.pack(">II", side, side) + png[24:29]
    return png[:12] + head + struct.pack(">I", zlib.crc32(head)) + png[33:]


def _squeeze_zeros(n_megabytes: int, wbits: int) -> bytes:
    """Compress so many zeros without ever having them: each block of a megabyte is the same."""
    press = zlib.compressobj(9, zlib.DEFLATED, wbits)
    first = press.compress(bytes(_MEGABYTE)) + press.flush(zlib.Z_FULL_FLUSH)
    block = press.compress(bytes(_MEGABYTE)) + press.flush(zlib.Z_FULL_FLUSH)
    return first + n_megabytes * block + press.flush()


def _gzip_zeros(n_megabytes: int) -> bytes:
    return _squeeze_zeros(n_megabytes, 31)


def _zip_zeros(n_megabytes: int, said: int | None = None) -> bytes:
    content = _squeeze_zeros(n_megabytes, -15)
    size = min(n_megabytes * _MEGABYTE, 2**32 - 2) if said is None else said
    sizes = struct.pack("<3I", 0, len(content), size)
    middle = struct.pack("<3H2H", 20, 0, 8, 0, 0x21) + sizes + struct.pack("<2H", 5, 0)
    entry = b"PK\x03\x04" + middle + b"a.mat" + content
    listed = _CENTRAL + b"\x14\x00" + middle + struct.pack("<3H2I", 0, 0, 0, 0, 0) + b"a.mat"
    return entry + listed + _end(1, len(listed), len(entry))


def _end(n: int, size: int, place: int) -> bytes:
    return b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, n & 0xFFFF, n & 0xFFFF, size, place, 0)


def _overlap(content: bytes) -> bytes:
    """Have the list say that the second file is where the first is."""
    place = content.rindex(_CENTRAL)
    return content[: place + 42] + struct.pack("<I", 0) + content[place + 46 :]


def _pack_link() -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        info = zipfile.ZipInfo("a.mat")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    return stream.getvalue()


def _set_flag(content: bytes, flag: int) -> bytes:
    place = content.index(_CENTRAL)
    return content[: place + 8] + struct.pack("<H", flag) + content[place + 10 :]


def _set_method(content: bytes, method: int) -> bytes:
    place = content.index(_CENTRAL)
    return content[: place + 10] + struct.pack("<H", method) + content[place + 12 :]


def _repeat_list(n: int) -> bytes:
    """Have a list name one empty file under many names."""
    entry = pack({"0000000": b""})
    begin, end = entry.index(_CENTRAL), entry.index(b"PK\x05\x06")
    listed = b"".join(entry[begin:end].replace(b"0000000", b"%07d" % number) for number in range(n))
    return entry[:begin] + listed + _end(n, len(listed), begin)
