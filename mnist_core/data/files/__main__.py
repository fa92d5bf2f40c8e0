"""The process that reads a file: standard input is the file, standard output the parcel.

`python -m mnist_core.data.files FORMAT MOST_BYTES PARENT`; it exits with 0 also where it refuses the file, as
the parcel then says why.
"""

import os
import sys

from mnist_core.data.files.formats import Format
from mnist_core.data.files.limits import confine
from mnist_core.data.files.parcel import Packer
from mnist_core.data.files.reader import read_tree

_PIECE_BYTES = 2**18


def main() -> int:
    """Read the file and write the parcel, confined."""
    form, most_bytes, parent = Format[sys.argv[1]], int(sys.argv[2]), int(sys.argv[3])
    confine(most_bytes)
    if os.getppid() != parent:  # it ended before its end could end this process
        return 1
    with open(0, "rb", closefd=False) as stream, open(1, "wb", _PIECE_BYTES, closefd=False) as out:
        packer = Packer(out, most_bytes)
        packer.close(read_tree(stream, form, packer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
