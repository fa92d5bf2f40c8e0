"""Words of others among Markdown of ours."""

import re

from digits import ROOT

from mnist_ui.markdown import escape


def test_signs_of_markdown_are_escaped():
    assert escape("a_b *c* :red[d] $e$ &amp;") == r"a\_b \*c\* \:red\[d\] \$e\$ \&amp;"


def test_no_page_shows_an_error_as_markdown():
    # Its words may hold the name of a file, a model or a run.
    raw = re.compile(r"st\.(error|warning|info|caption|markdown|toast)\((str\(error\)|refusal|sentence)[,)]")
    files = [*(ROOT / "pages").glob("*.py"), *(ROOT / "mnist_ui").rglob("*.py")]
    assert [path.name for path in files if raw.search(path.read_text(encoding="utf-8"))] == []
