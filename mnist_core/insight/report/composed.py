"""A report as its sections, in their order, with all that is said of it."""

from collections.abc import Sequence
from dataclasses import replace

from mnist_core.insight.report.hand_in import HandIn
from mnist_core.insight.report.report_facts import ReportFacts
from mnist_core.insight.report.report_parts import Section
from mnist_core.insight.report.run_table import name_run, set_side_by_side
from mnist_core.insight.report.sections import make_sections


def name_report(several: Sequence[ReportFacts]) -> str:
    """Name the report of one run, or of several."""
    names = [one.run.name or one.run.id for one in several]
    return f"Report of the search “{names[0]}”" if len(names) == 1 else f"Report of {len(names)} searches"


def compose(several: Sequence[ReportFacts], handed: HandIn) -> list[Section]:
    """Compose the report of a run, or of several, which it sets side by side first.

    Raises
    ------
    RunError
        If there is a note that it has no place for.
    """
    handed.check_runs([one.run.id for one in several])
    if len(several) == 1:
        return make_sections(several[0], handed)
    sections = [set_side_by_side(several, handed)]
    for one in several:
        sections.append(Section(f"Run {name_run(one)}", [], one.run.id))
        inner = make_sections(one, handed)
        sections += [replace(section, run_id=one.run.id, is_inner=True) for section in inner]
    return sections
