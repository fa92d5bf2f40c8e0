"""The page of a report: one HTML file that needs nothing else."""

import base64
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from html import escape
from io import BytesIO
from itertools import count

from mnist_core.insight.report.composed import compose, name_report
from mnist_core.insight.report.hand_in import HandIn
from mnist_core.insight.report.record import RECORD, write_record
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

_DPI = 150  # sharp on a screen at the width of a page
_SHARP_DPI = 300  # of what is no vector in print: colour bars
_POINTS = re.compile(r'<svg [^>]*?width="([\d.]+)pt"', re.DOTALL)
_NARROW = 8  # columns that a page holds with their titles beside one another
_SHORT = 3  # letters of a title that needs no more room than a count

_STYLE = """
@page { size: A4; margin: 18mm; @bottom-center { content: counter(page) " of " counter(pages);
  font: 9pt Georgia, serif } }
:root { color-scheme: light }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.5 Georgia, serif; color: #1a1a1a;
  background: #fff; overflow-wrap: anywhere }
h1, h2, h3 { line-height: 1.2; break-after: avoid }
p { orphans: 3; widows: 3 } p:has(+ pre), p:has(+ .table) { break-after: avoid }
.author { font-style: italic }
table { border-collapse: collapse; margin: 1rem 0; font-size: .9rem; overflow-wrap: normal }
caption { text-align: left; font-size: .9rem; padding-bottom: .3rem; break-after: avoid }
@media (width > 40rem) { caption { white-space: nowrap } }
.table { overflow-x: auto }
th, td { padding: .2rem .6rem; border-bottom: 1px solid #888; text-align: right }
th { text-align: left }
thead { display: table-header-group }
.wide { font-size: calc(1.2 * min(.75rem, 41rem / var(--columns) / 1.9)) }
.wide th, .wide td { padding: .2em .3em }
.upright thead th + th { writing-mode: vertical-rl; rotate: 180deg; text-align: left; line-height: 1 }
tr, figure, pre { break-inside: avoid }
.note { border-left: 3px solid #1f4e79; padding-left: .8rem }
.note p { white-space: pre-line }
.winner { font-weight: bold; background: #fff3c4 }
figure { margin: 1.5rem 0 } img { max-width: 100%; height: auto }
pre { white-space: pre-wrap; background: #f3f3f3; padding: .6rem }
pre span { display: inline-block; max-width: 100% }
@media print { body { margin: 0; padding: 0; max-width: none; font-size: 11pt; print-color-adjust: exact }
  .table { overflow: visible } .wide { font-size: min(.75rem, 41rem / var(--columns) / 1.9) }
  img { max-height: 225mm; object-fit: contain; object-position: left } .run { break-before: page }
  table:not(:has(tr:nth-child(12))) { break-inside: avoid } }
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

    Raises
    ------
    RunError
        If there is a note that the report has no place for.
    """
    several = [facts] if isinstance(facts, ReportFacts) else list(facts)
    handed = handed or HandIn()
    title, number = _escape(name_report(several)), _number_parts()
    body = "\n".join(_write_section(one, number, has_vectors) for one in compose(several, handed))
    author = f'<p class="author" dir="auto">{_escape(handed.author)}</p>\n' if handed.author else ""
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="{RECORD}" content="{_escape(write_record(several, handed))}">\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n{author}{body}\n"
        "</main>\n</body>\n</html>\n"
    )


def _escape(text: str) -> str:
    return escape(print_only(text))


def _number_parts() -> Callable[[str], str]:
    """Count figures and tables, each from 1, through the whole report."""
    counts: dict[str, count[int]] = defaultdict(lambda: count(1))
    return lambda kind: f"{kind} {next(counts[kind])}: "


def _write_section(section: Section, number: Callable[[str], str], has_vectors: bool) -> str:
    level = 3 if section.is_inner else 2
    page = ' class="run"' if section.run_id and not section.is_inner else ""
    body = "".join(_write(part, number, has_vectors) for part in section.parts)
    return f"<h{level}{page}>{_escape(section.title)}</h{level}>{body}"


def _write(part: Part, number: Callable[[str], str], has_vectors: bool) -> str:
    match part:
        case Table():
            return _write_table(part, number("Table"))
        case Picture():
            return _write_picture(part, number("Figure"), has_vectors)
        case Note():
            paragraphs = "".join(f'<p dir="auto">{_escape(said)}</p>' for said in part.paragraphs)
            return f'<div class="note">{paragraphs}</div>'
        case Code():
            return f"<pre>{_hold_words(_escape(part.text))}</pre>"
        case Words():
            return f"<p>{_escape(part.text)}</p>"


def _hold_words(code: str) -> str:
    """Have no line of code broken within a word that fits in one, as at the hyphens of `--grid`."""
    return re.sub(r"(\S*-\S*)", r"<span>\1</span>", code)


def _write_table(part: Table, number: str) -> str:
    titles = "".join(f'<th scope="col">{_escape(title)}</th>' for title in part.head)
    lines = ""
    for place, (first, *rest) in enumerate(part.rows):
        mark = ' class="winner"' if part.marks_first and place == 0 else ""
        cells = "".join(f"<td>{_escape(cell)}</td>" for cell in rest)
        lines += f'<tr{mark}><th scope="row">{_escape(first)}</th>{cells}</tr>\n'
    return (
        f'<div class="table" tabindex="0" role="region" aria-label="{_escape(part.caption)}">'
        f"<table{_find_look(part.head)}><caption>{number}{_escape(part.caption)}</caption>"
        f"<thead><tr>{titles}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def _find_look(head: Sequence[str]) -> str:
    if len(head) <= _NARROW:
        return ""
    upright = " upright" if max(map(len, head[1:])) > _SHORT else ""
    return f' class="wide{upright}" style="--columns: {len(head)}"'


def _write_picture(part: Picture, number: str, is_vector: bool) -> str:
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
        f'<figure><img src="data:{mime};base64,{data}" alt="{_escape(part.alt)}"{size}>'
        f"<figcaption>{number}{_escape(part.caption)}</figcaption></figure>"
    )
