"""Files without a name, in memory where the system can, that are gone once they are closed."""

import os
import tempfile
from typing import BinaryIO


def open_nameless() -> BinaryIO:
    """Open a new one, for writing and reading."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("lab"), "w+b")
    return tempfile.TemporaryFile()
