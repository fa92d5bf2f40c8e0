"""The page of a report: one HTML file that needs nothing else."""

import base64
import re
from collections.abc import Sequence
from html import escape
from io import BytesIO

from mnist_core.insight.report.hand_in import RUNS, HandIn
from mnist_core.insight.report.record import RECORD, write_record
from mnist_core.insight.report.report_facts import ReportFacts
from mnist_core.insight.report.report_parts import Code, Picture, Section, Table, Words
from mnist_core.insight.report.run_table import name_run, set_side_by_side
from mnist_core.insight.report.sections import make_sections

_DPI = 150  # sharp on a screen at the width of a page
_SHARP_DPI = 300  # of what is no vector in print: colour bars
_POINTS = re.compile(r'<svg [^>]*?width="([\d.]+)pt"', re.DOTALL)

_STYLE = """
@page { size: A4; margin: 18mm; @bottom-center { content: counter(page) " of " counter(pages);
  font: 9pt Georgia, serif } }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.5 Georgia, serif; color: #1a1a1a;
  background: #fff }
h1, h2, h3 { line-height: 1.2; break-after: avoid }
table { border-collapse: collapse; margin: 1rem 0; font-size: .9rem }
.table { overflow-x: auto }
th, td { padding: .2rem .6rem; border-bottom: 1px solid #888; text-align: right }
th { text-align: left }
thead { display: table-header-group }
tr, figure, .note p { break-inside: avoid }
.note { border-left: 3px solid #1f4e79; padding-left: .8rem }
.winner { font-weight: bold; background: #fff3c4 }
figure { margin: 1.5rem 0 } img { max-width: 100%; height: auto }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #f3f3f3; padding: .6rem }
@media print { body { margin: 0; padding: 0; font-size: 11pt } .page { break-before: page } }
"""


def write_page(
    facts: ReportFacts | Sequence[ReportFacts], handed: HandIn | None = None, *, has_vectors: bool = False
) -> str:
    """Write the report of a run, or of several, as HTML.

    Parameters
    ----------
    facts : ReportFacts or sequence of ReportFacts
        Of the run, or of each.
    handed : HandIn or None
        Who hands it in, notes, and the choice of figures; None is nobody, none, and the paper's.
    has_vectors : bool
        Whether figures are SVG, which prints sharp at any size, else PNG, which is smaller.

    Returns
    -------
    str
        With style and pictures inside; all names that users chose are escaped.
    """
    several = [facts] if isinstance(facts, ReportFacts) else list(facts)
    handed = handed or HandIn()
    title = escape(name_report(several))
    if len(several) == 1:
        body = _write_run(several[0], handed, 2, has_vectors)
    else:
        body = _write_section(set_side_by_side(several), handed.find_notes("", RUNS), 2, has_vectors)
        for one in several:
            body += f'\n<h2 class="page">{escape(f"Run {name_run(one)}")}</h2>\n'
            body += _write_run(one, handed, 3, has_vectors)
    author = f'<p class="author">{escape(handed.author)}</p>\n' if handed.author else ""
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="{RECORD}" content="{escape(write_record(several, handed))}">\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n{author}{body}\n"
        "</main>\n</body>\n</html>\n"
    )


def name_report(several: Sequence[ReportFacts]) -> str:
    """Name the report of one run, or of several."""
    names = [one.run.name or one.run.id for one in several]
    return f"Report of the search {names[0]}" if len(names) == 1 else f"Report of {len(names)} searches"


def _write_run(facts: ReportFacts, handed: HandIn, level: int, has_vectors: bool) -> str:
    sections = make_sections(facts, handed.figures)
    noted = [handed.find_notes(facts.run.id, section.name) for section in sections]
    return "\n".join(
        _write_section(section, notes, level, has_vectors)
        for section, notes in zip(sections, noted, strict=True)
    )


def _write_section(section: Section, notes: Sequence[str], level: int, has_vectors: bool) -> str:
    page = ' class="page"' if section.starts_page and level == 2 else ""
    body = "".join(
        _write_picture(part, has_vectors) if isinstance(part, Picture) else _write(part)
        for part in section.parts
    )
    paragraphs = "".join(f"<p>{escape(note)}</p>" for note in notes)
    body += f'<div class="note">{paragraphs}</div>' if notes else ""
    return f"<h{level}{page}>{escape(section.title)}</h{level}>{body}"


def _write(part: Words | Code | Table) -> str:
    if isinstance(part, Table):
        return _write_table(part)
    tag = "p" if isinstance(part, Words) else "pre"
    return f"<{tag}>{escape(part.text)}</{tag}>"


def _write_table(part: Table) -> str:
    titles = "".join(f'<th scope="col">{escape(title)}</th>' for title in part.head)
    lines = ""
    for place, (first, *rest) in enumerate(part.rows):
        mark = ' class="winner"' if part.marks_first and place == 0 else ""
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in rest)
        lines += f'<tr{mark}><th scope="row">{escape(first)}</th>{cells}</tr>\n'
    return (
        f'<div class="table" tabindex="0" role="region" aria-label="{escape(part.caption)}">'
        f"<table><caption>{escape(part.caption)}</caption><thead><tr>{titles}</tr></thead>"
        f"<tbody>{lines}</tbody></table></div>"
    )


def _write_picture(part: Picture, is_vector: bool) -> str:
    file = BytesIO()
    if is_vector:
        part.figure.savefig(file, format="svg", dpi=_SHARP_DPI, bbox_inches="tight")
        points = _POINTS.search(file.getvalue().decode())
        # as wide as the pixels of the other kind
        size, mime = f' width="{float(points[1]) * _DPI / 72:.0f}"' if points else "", "image/svg+xml"
    else:
        part.figure.savefig(file, format="png", dpi=_DPI, bbox_inches="tight")
        size, mime = "", "image/png"
    data = base64.b64encode(file.getvalue()).decode("ascii")
    return (
        f'<figure><img src="data:{mime};base64,{data}" alt="{escape(part.alt)}"{size}>'
        f"<figcaption>{escape(part.caption)}</figcaption></figure>"
    )
