"""How a file begins, and what it is by that."""

import re
import struct
from enum import Enum

from mnist_core.data.files.dialect import is_row, is_sparse, is_table, list_lines
from mnist_core.data.files.foreign import describe_foreign, is_foreign

HEAD_BYTES = 2**16  # of a file; what is needed to tell its kind, such as a table's names and its first row
_HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_HDF5_PLACES = (0, 512, 1024, 2048)  # MATLAB puts 512 bytes of its own before it
_MATLAB5_BYTES = 128  # of its header; the last four hold the version and the order of bytes
_MATLAB4 = "iiiii"  # kind, rows, columns, whether complex, length of the name
_LONGEST_NAME = 256  # of a variable; MATLAB allows 63
_PICTURE = re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8|BM|II\*\x00|MM\x00\*|(?s:RIFF....WEBP)|P[1-6]\s")


class Format(Enum):
    """Kinds of file that can be read, each with what it is called and how a sound one is come by."""

    MATLAB4 = (".mat file", "save it in MATLAB with -v7 once more", 4)
    MATLAB5 = (".mat file", "save it in MATLAB with -v7 once more", 5)
    HDF5 = (".mat file", "save it in MATLAB with -v7 once more", 7)
    OCTAVE_TEXT = (".mat file", "save it in MATLAB with -v7 once more", "text")
    OCTAVE_BINARY = (".mat file", "save it in MATLAB with -v7 once more", "binary")
    IDX = ("IDX file", "download it once more")
    NPY = ("NumPy .npy file", "save it with numpy.save once more")
    PARQUET = ("Parquet file", "save it once more")
    TABLE = ("table of numbers", "save it as CSV once more")
    SPARSE_ROWS = ("LIBSVM table", "save or download it once more")
    GZIP = ("gzip file", "compress or download it once more")
    BZIP2 = ("bzip2 file", "compress or download it once more")
    XZ = ("xz file", "compress or download it once more")
    ZIP = ("ZIP file", "pack or download it once more")

    JSON = ("JSON file of drawings", "export it once more")
    SAFETENSORS = ("safetensors file", "save it once more")
    ONNX = ("ONNX file", "export it once more")

    @property
    def is_container(self) -> bool:
        """Say whether other files are in it."""
        return self in (Format.GZIP, Format.BZIP2, Format.XZ, Format.ZIP)

    def refuse(self, fault: object) -> str:
        """Say that a file is not whole, and what to do: the sentence without its subject."""
        kind, cure = self.value[:2]
        return f"must be a whole {kind}, but is {fault}{cure}."


OPENED = (
    "a .mat, IDX or NumPy file, a table (CSV, Parquet), a JSON file of drawings, or a ZIP of "
    "pictures or of such files"
)
"""What the lab opens, in words."""

NETWORKS_OPENED = "a .mat, .npz, safetensors or ONNX file with the weights of a network"
"""What it opens as a network, in words."""


# How files of formats begin.
_FORMATS = (
    (rb"\x1f\x8b", Format.GZIP),
    (rb"BZh", Format.BZIP2),
    (rb"\xfd7zXZ\x00", Format.XZ),
    (rb"PK(\x03\x04|\x05\x06)", Format.ZIP),  # the latter of an empty one
    (rb"Octave-1-[LB]", Format.OCTAVE_BINARY),
    (rb"# (Created by Octave|name: )", Format.OCTAVE_TEXT),
    (rb"\x00\x00[\x08\x09\x0b-\x0e][\x01-\x04]", Format.IDX),
    (rb"\x93NUMPY", Format.NPY),
    (rb"PAR1", Format.PARQUET),
    (rb"(\xef\xbb\xbf)?\s*[\[{]", Format.JSON),
    (rb"(?s).{124}(\x00\x01IM|\x01\x00MI)", Format.MATLAB5),
)

# How files begin that hold a network and nothing else.
_NETWORKS = (
    (rb"(?s).{6}\x00\x00\s*\{", Format.SAFETENSORS),
    (rb"\x08[\x01-\x1f][\x12\x1a\x22\x28\x30\x32\x3a\x42]", Format.ONNX),  # its version, then another field
)


def find_format(head: bytes) -> Format | None:
    """Find the format of a file by how it begins; None for one that cannot be read."""
    if any(head[place:].startswith(_HDF5_SIGNATURE) for place in _HDF5_PLACES):
        return Format.HDF5
    for beginning, form in _FORMATS:
        if re.match(beginning, head):
            return form
    return Format.MATLAB4 if find_matlab4_order(head) else _find_text_format(head)


def find_network_format(head: bytes) -> Format | None:
    """Find the format of a file that is to hold a network; None for one that cannot be read."""
    for beginning, form in _NETWORKS:
        if re.match(beginning, head):
            return form
    found = find_format(head) or find_row_format(head)
    return None if found is Format.JSON else found  # which is of drawings


def find_row_format(head: bytes) -> Format | None:
    """Find the format of what is said to be a table, and may have one line; None where it is none."""
    return Format.TABLE if is_row(list_lines(head)) else None


def _find_text_format(head: bytes) -> Format | None:
    lines = [] if head.startswith(b"MATLAB") or is_foreign(head) else list_lines(head)
    if is_sparse(lines):
        return Format.SPARSE_ROWS
    return Format.TABLE if is_table(lines) else None


def find_matlab4_order(head: bytes) -> str | None:
    """Find the order of bytes, "<" or ">", of a MATLAB 4 file; None where it is none."""
    if len(head) < struct.calcsize(_MATLAB4):
        return None
    for order in "<>":
        kind, rows, columns, is_complex, n_name = struct.unpack_from(order + _MATLAB4, head)
        # 1000 x order of bytes + 10 x kind of number + kind of matrix
        is_kind = kind // 1000 == (order == ">") and kind % 1000 // 10 <= 5 and kind % 10 <= 2
        is_sound = rows >= 0 and columns >= 0 and is_complex in (0, 1) and 0 < n_name <= _LONGEST_NAME
        if is_kind and is_sound:
            return order
    return None


def describe_problem(head: bytes, opened: str = OPENED) -> str:
    """Say what was needed, what came and what to do, where no format was found."""
    if not head:
        return f"must be {opened}, but is empty: choose the file again."
    if head.startswith(b"MATLAB"):
        if len(head) < _MATLAB5_BYTES:
            return "must be a whole .mat file, but is cut short: copy or download it again."
        return (
            "must be a .mat file, but its header is damaged (no known version or order of bytes at byte "
            f"{_MATLAB5_BYTES - 4}): save it in MATLAB with -v7 once more."
        )
    return f"must be {opened}, but seems to be {describe_foreign(head)}."


def is_picture(head: bytes) -> bool:
    """Say whether a file begins as a picture does that can be decoded."""
    return _PICTURE.match(head) is not None
