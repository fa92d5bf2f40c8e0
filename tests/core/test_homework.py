"""The grids of published assignments, each read as it stands and searched at small size."""

import json
import re
from pathlib import Path

import pytest
from digits import make_small_digits

from mnist_core.network.grid import read_grid
from mnist_core.network.plan import SearchPlan
from mnist_core.search.estimators.grid_search import GridSearch

DOCS = Path(__file__).resolve().parents[2] / "docs"
FILES = sorted(DOCS.glob("homework/*.json"))


def thin_out(values):
    """Keep the first and the last of each axis, but of at most two axes, so that four candidates are left."""
    varied = [axis for axis, several in values.items() if len(several) > 1][:2]
    return {
        axis: [several[0], several[-1]] if axis in varied else several[:1] for axis, several in values.items()
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_grid_of_an_assignment_is_one_that_can_be_searched(path):
    plan = SearchPlan(grid=read_grid(str(path)))
    values = json.loads(path.read_text(encoding="utf-8"))

    assert plan.grid.values() == {axis: values[axis] for axis in plan.grid.values()}
    images, labels = make_small_digits(150)
    search = GridSearch(thin_out(values), cv=2, max_epochs=1).fit(images, labels)
    assert 2 <= len(search.cv_results_["params"]) <= 4
    assert search.predict(images).shape == (150,)


def test_the_page_lists_every_assignment_with_the_number_of_its_candidates():
    rows = re.findall(
        r"\(homework/(\w+)\.json\) \| (\d+) \|", (DOCS / "homework.md").read_text(encoding="utf-8")
    )

    assert {(name, int(n)) for name, n in rows} == {
        (path.stem, read_grid(str(path)).n_candidates) for path in FILES
    }
    assert len(FILES) == 5
