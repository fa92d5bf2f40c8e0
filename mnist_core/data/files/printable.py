"""Names that others gave, made fit for a sentence, or for a variable."""

import re
import unicodedata

_INVISIBLE = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}  # controls, marks of direction, halves of letters


def make_printable(name: str, most_letters: int = 80) -> str:
    """Strip what does not print, such as line ends and marks of direction, and shorten what is too long."""
    shown = "".join(" " if unicodedata.category(letter) in _INVISIBLE else letter for letter in name)
    shown = " ".join(shown.split())
    if len(shown) <= most_letters:
        return shown or "the file"
    half = most_letters // 2
    return f"{shown[: half - 1]}…{shown[-half:]}"


def name_variable(file_name: str) -> str:
    """Name the one array of a file by the file's name, without what tells the format."""
    stem = re.sub(r"-idx\d-ubyte$", "", file_name.partition(".")[0])
    return re.sub(r"\W+", "_", stem) or "data"
