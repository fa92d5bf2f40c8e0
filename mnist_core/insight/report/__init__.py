"""A run as a page of its own: the paper drawn again with the numbers of this run."""

from mnist_core.insight.report.page import write_page
from mnist_core.insight.report.report_facts import ReportFacts, gather_facts

__all__ = ["ReportFacts", "gather_facts", "write_page"]
