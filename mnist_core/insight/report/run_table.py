"""Several runs side by side, as the beginning of their report."""

from collections.abc import Sequence
from dataclasses import replace

from mnist_core.insight.report.hand_in import RUNS, RUNS_TITLE, HandIn
from mnist_core.insight.report.record import forget_places
from mnist_core.insight.report.report_facts import ReportFacts
from mnist_core.insight.report.report_parts import Note, Part, Section, Table, Words
from mnist_core.store.side_by_side import find_differences


def name_run(facts: ReportFacts) -> str:
    """Name a run so that no two have one name."""
    return f"{facts.run.name} ({facts.run.id})" if facts.run.name else facts.run.id


def set_side_by_side(several: Sequence[ReportFacts], handed: HandIn) -> Section:
    """Set runs side by side: what each came to, and what they planned differently."""
    rows = [
        [
            name_run(one),
            str(one.model.info.candidate),
            f"{one.ranked[0].mean:.2%}",
            f"{one.model.info.test.accuracy:.2%}",
        ]
        for one in several
    ]
    head = ["Run", "Winner", "Mean accuracy", "On held-out images"]
    parts: list[Part] = [Table("What each run came to", "runs", head, rows)]
    # Where they ran is no plan, and whoever does them again does it elsewhere.
    runs = [replace(one.run, settings=forget_places(one.run.plan).values()) for one in several]
    planned = find_differences(runs)
    if planned:
        columns = ["Planned", *(name_run(one) for one in several)]
        lines = [[words, *values] for words, values in planned.items()]
        parts += [Table("What was planned differently", "planned", columns, lines)]
    else:
        parts += [Words("The runs were planned alike.")]
    if notes := handed.find_notes("", RUNS):
        parts += [Note(notes)]
    return Section(RUNS_TITLE, parts)
