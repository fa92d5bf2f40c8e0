"""Searches whose processes are killed at any moment end as if nobody had disturbed them."""

import pytest

from benchmarks.kill import kill_searches, search_undisturbed


@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["grid", "bayes", "race"])
def test_a_search_that_is_killed_ten_times_ends_equal_bit_by_bit(tmp_path, strategy):
    expected = search_undisturbed(tmp_path / "calm", strategy)

    n_killed, ends = kill_searches(tmp_path / "killed", times=10, seed=1, strategy=strategy)

    assert n_killed == 10
    assert ends == [expected] * len(ends)
