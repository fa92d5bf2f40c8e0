"""A report as a file of any kind, by its ending."""

from collections.abc import Sequence

from mnist_core.ground.errors import RunError
from mnist_core.insight.report.hand_in import HandIn
from mnist_core.insight.report.latex import write_latex
from mnist_core.insight.report.page import write_page
from mnist_core.insight.report.pdf import print_page
from mnist_core.insight.report.report_facts import ReportFacts

PDF, LATEX = ".pdf", ".zip"
"""Endings of what is no HTML."""

_HTML = (".html", ".htm", "")


def check_ending(ending: str) -> None:
    """Raise an error about a file's ending, in lower case, that no report has."""
    if ending not in (PDF, LATEX, *_HTML):
        raise RunError(
            f"A report ends with .html, .pdf, or .zip for LaTeX, but {ending} was asked for: choose one."
        )


def write_report(several: Sequence[ReportFacts], handed: HandIn, ending: str) -> bytes:
    """Write the report of some runs as PDF, as files for LaTeX, or as HTML.

    Raises
    ------
    RunError
        If there is no such kind, or it is to be a PDF and there is no browser that prints it, or a note has
        no place.
    """
    check_ending(ending)
    if ending == LATEX:
        return write_latex(several, handed)
    if ending == PDF:
        return print_page(write_page(several, handed, has_vectors=True))
    return write_page(several, handed).encode()
