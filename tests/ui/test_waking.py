"""When a page starts a worker for work that waits."""

from mnist_ui.following.waking import Patience


def look(patience: Patience, seconds: range, is_deserted: bool = True) -> list[int]:
    """Look each second; return when a worker was started."""
    return [second for second in seconds if patience.is_at_end(is_deserted, float(second))]


def test_a_worker_is_started_for_work_that_waits_in_vain():
    assert look(Patience(), range(100, 120)) == [108]


def test_it_is_started_again_only_after_a_while():
    assert look(Patience(), range(100, 150)) == [108, 138]


def test_work_that_is_taken_up_needs_no_other():
    patience = Patience()
    assert look(patience, range(100, 107)) == []
    assert look(patience, range(107, 109), is_deserted=False) == []
    assert look(patience, range(109, 115)) == []


def test_what_was_seen_long_ago_does_not_count():
    patience = Patience()
    assert look(patience, range(100, 105)) == []
    assert look(patience, range(200, 205)) == []
    assert look(patience, range(205, 210)) == [208]
