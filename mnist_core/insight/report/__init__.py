"""Runs to hand in: the paper drawn again with their numbers, as a page, for print, for LaTeX."""

from mnist_core.insight.report.hand_in import HandIn
from mnist_core.insight.report.page import write_page
from mnist_core.insight.report.report_facts import ReportFacts, gather_facts
from mnist_core.insight.report.report_file import write_report

__all__ = ["HandIn", "ReportFacts", "gather_facts", "write_page", "write_report"]
