r"""A report as files for LaTeX: each figure a PDF, each table a `tabular`, and a text that has them all."""

import zipfile
from collections.abc import Sequence
from io import BytesIO

from mnist_core.insight.report.composed import compose, name_report
from mnist_core.insight.report.hand_in import HandIn
from mnist_core.insight.report.report_facts import ReportFacts
from mnist_core.insight.report.report_parts import (
    Code,
    Note,
    Part,
    Picture,
    Section,
    Table,
    Words,
    print_only,
)

TEXT = "report.tex"
"""The name of the text that has all figures and tables."""

_MOST_ROWS = 40  # of a page of A4
_STAMP = (1980, 1, 1, 0, 0, 0)  # so that equal reports are equal files
_HEAD = r"""\documentclass[a4paper]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{textcomp}
\usepackage{graphicx}
\usepackage[margin=25mm]{geometry}
\IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
\IfFileExists{placeins.sty}{\usepackage{placeins}}{\newcommand{\FloatBarrier}{}}
\newsavebox{\whole}
\newcommand{\fit}[1]{\sbox{\whole}{#1}%
  \ifdim\wd\whole>\linewidth\sbox{\whole}{\resizebox{\linewidth}{!}{\usebox{\whole}}}\fi
  \ifdim\ht\whole>.8\textheight\resizebox{!}{.8\textheight}{\usebox{\whole}}\else\usebox{\whole}\fi}
"""
_MEANT = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "'": r"\textquotesingle{}",
    "-": "-{}",  # two of them are an option, not a dash
    "²": r"\textsuperscript{2}",
    "—": r"\textemdash{}",
    "−": r"\textminus{}",
    **{sign: f"\\ensuremath{{\\{name}}}" for sign, name in {"≤": "leq", "≥": "geq", "→": "to"}.items()},
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
}
_MEANT_IN_WORDS = {sign: tex for sign, tex in _MEANT.items() if sign not in "-'"}


def write_latex(several: Sequence[ReportFacts], handed: HandIn | None = None) -> bytes:
    """Write the report of some runs as a ZIP of files for LaTeX.

    Parameters
    ----------
    several : sequence of ReportFacts
        Of each run.
    handed : HandIn or None
        Who hands it in, notes, and the choice of figures.

    Returns
    -------
    bytes
        Of a ZIP with `report.tex`, which compiles as it is, and beside it `figures` (PDF, vectors, fonts
        embedded) and `tables` (plain `tabular`s, of at most 40 rows each).
    """
    handed, archive = handed or HandIn(), BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as files:
        title, author = escape(name_report(several)), escape(handed.author)
        text = f"\\title{{{title}}}\n\\author{{{author}}}\n\\date{{}}\n\\begin{{document}}\n\\maketitle\n"
        text += "".join(_write_section(files, section) for section in compose(several, handed))
        written = [text, *(files.read(name).decode() for name in files.namelist() if name.endswith(".tex"))]
        _put(files, TEXT, f"{_HEAD}{_declare(written)}{text}\\end{{document}}\n".encode())
    return archive.getvalue()


def escape(text: str, *, is_code: bool = False) -> str:
    """Write what LaTeX would take for a command so that it stands as it is."""
    meant = _MEANT if is_code else _MEANT_IN_WORDS
    return "".join(meant.get(sign, sign) for sign in print_only(text))


def _declare(written: Sequence[str]) -> str:
    """Have pdfLaTeX write the number of a sign that its fonts lack, in a box, where it would stop."""
    lines = (
        f"\\ifcsname u8:\\detokenize{{{sign}}}\\endcsname\\else"
        f"\\DeclareUnicodeCharacter{{{ord(sign):04X}}}{{\\fbox{{\\tiny {ord(sign):04X}}}}}\\fi\n"
        for sign in sorted({*"".join(written)})
        if not sign.isascii()
    )
    return f"\\ifdefined\\pdfoutput\n{''.join(lines)}\\fi\n"


def _write_section(files: zipfile.ZipFile, section: Section) -> str:
    level, prefix = "subsection" if section.is_inner else "section", section.run_id and f"{section.run_id}-"
    parts = "\n\n".join(_write(files, part, prefix) for part in section.parts)
    return f"\n\\FloatBarrier\n\\{level}{{{escape(section.title)}}}\n\n{parts}\n"


def _write(files: zipfile.ZipFile, part: Part, prefix: str) -> str:
    match part:
        case Words():
            return escape(part.text)
        case Note():
            return "\n\n".join(f"\\emph{{{_break_lines(said)}}}" for said in part.paragraphs)
        case Code():
            lines = _break_lines(part.text, is_code=True)
            return f"\\begin{{flushleft}}\\ttfamily\\small\n{lines}\n\\end{{flushleft}}"
        case Picture():
            return _write_figure(files, part, prefix)
        case Table():
            return _write_tables(files, part, prefix)


def _break_lines(text: str, *, is_code: bool = False) -> str:
    return "\\newline\n".join(escape(line, is_code=is_code) or "~" for line in text.splitlines())


def _write_figure(files: zipfile.ZipFile, part: Picture, prefix: str) -> str:
    name, file = f"figures/{prefix}{part.name}.pdf", BytesIO()
    # Type 42 embeds the fonts whole, as publishers ask; without a date equal figures are equal files.
    from matplotlib import rc_context  # noqa: PLC0415 - the figure has loaded it

    with rc_context({"pdf.fonttype": 42}):
        part.figure.savefig(file, format="pdf", bbox_inches="tight", metadata={"CreationDate": None})
    _put(files, name, file.getvalue())
    return (
        f"\\begin{{figure}}[!htbp]\n\\centering\n\\fit{{\\includegraphics{{{name}}}}}\n"
        f"\\caption{{{escape(part.caption)}}}\n\\end{{figure}}"
    )


def _write_tables(files: zipfile.ZipFile, part: Table, prefix: str) -> str:
    """Write a table as one file, or as several where a page does not hold it."""
    text = ""
    for begin in range(0, max(len(part.rows), 1), _MOST_ROWS):
        number = f"-{begin // _MOST_ROWS + 1}" if len(part.rows) > _MOST_ROWS else ""
        name = f"tables/{prefix}{part.name}{number}.tex"
        rows = part.rows[begin : begin + _MOST_ROWS]
        _put(files, name, _write_tabular(part.head, rows).encode())
        # One table has one number, on however many pages.
        same, more = ("\\addtocounter{table}{-1}\n", ", continued") if begin else ("", "")
        text += (
            f"\\begin{{table}}[!htbp]\n{same}\\centering\\small\n\\caption{{{escape(part.caption)}{more}}}\n"
            f"\\fit{{\\input{{{name}}}}}\n\\end{{table}}\n"
        )
    return text.rstrip()


def _write_tabular(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    # Behind two backslashes a row that begins with [ or * would be an option of them.
    lines = [" & ".join(map(escape, row)) + r" \tabularnewline" for row in (head, *rows)]
    lines.insert(1, r"\hline")
    columns = "l" + "r" * (len(head) - 1)
    return "\n".join([f"\\begin{{tabular}}{{{columns}}}", *lines, r"\end{tabular}", ""])


def _put(files: zipfile.ZipFile, name: str, data: bytes) -> None:
    files.writestr(zipfile.ZipInfo(name, _STAMP), data, zipfile.ZIP_DEFLATED)
