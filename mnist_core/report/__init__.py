"""A run as a page of its own: the paper drawn again with the numbers of this run."""

from mnist_core.report.facts import ReportFacts, gather_facts
from mnist_core.report.page import write_page

__all__ = ["ReportFacts", "gather_facts", "write_page"]
