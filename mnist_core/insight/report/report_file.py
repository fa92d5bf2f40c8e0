"""A report as a file of any kind, by its ending."""

from collections.abc import Sequence

from mnist_core.insight.report.hand_in import HandIn
from mnist_core.insight.report.latex import write_latex
from mnist_core.insight.report.page import write_page
from mnist_core.insight.report.pdf import print_page
from mnist_core.insight.report.report_facts import ReportFacts

PDF, LATEX = ".pdf", ".zip"
"""Endings of what is no HTML."""


def write_report(several: Sequence[ReportFacts], handed: HandIn, ending: str) -> bytes:
    """Write the report of some runs as PDF, as files for LaTeX, or else as HTML.

    Raises
    ------
    RunError
        If it is to be a PDF and there is no browser that prints it.
    """
    if ending == LATEX:
        return write_latex(several, handed)
    if ending == PDF:
        return print_page(write_page(several, handed, has_vectors=True))
    return write_page(several, handed).encode()
