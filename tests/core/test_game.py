"""The rules of the game."""

import pytest

from mnist_core.pens.game import Round, Turn, start_round, wins_at_once


def test_a_round_asks_each_digit_once_in_the_order_of_its_seed():
    first = start_round(seed=3)

    assert sorted(first.digits) == list(range(10))
    assert first == start_round(seed=3)
    assert len({start_round(seed=seed).digits for seed in range(20)}) > 15


def test_a_digit_that_is_read_scores_more_the_faster_it_was_drawn():
    assert Turn(7, 7, 0.4).points == 20
    assert Turn(7, 7, 4.0).points == 16
    assert Turn(7, 7, 90.0).points == 10
    assert Turn(7, 1, 1.0).points == 0
    assert Turn(7, None, 1.0).points == 0


def test_streaks_end_with_a_digit_that_is_not_read():
    round_ = Round((1, 2, 3, 4))
    for read in (1, 2, 8, 4):
        round_ = round_.play(read, 2.0)

    assert (round_.n_hits, round_.streak, round_.best_streak) == (3, 1, 2)
    assert (round_.score, round_.seconds_a_digit) == (54, 2.0)


def test_a_round_that_is_over_asks_nothing_and_takes_nothing():
    over = Round((5,)).play(5, 1.0)

    assert over.asked is None
    with pytest.raises(ValueError, match="over"):
        over.play(5, 1.0)
    assert Round((5,)).best_streak == 0


def test_only_what_is_read_as_another_digit_has_fooled_the_network():
    round_ = Round((1, 2, 3)).play(1, 2.0).play(7, 2.0, [[(0, 0), (9, 9)]]).play(None, 2.0)

    (fooled,) = round_.fooled

    assert (fooled.asked, fooled.read, fooled.strokes) == (2, 7, ([(0, 0), (9, 9)],))


def test_a_turn_is_won_at_once_only_where_the_network_is_sure_of_what_was_asked():
    assert wins_at_once(4, 4, is_sure=True)
    assert not wins_at_once(4, 4, is_sure=False)
    assert not wins_at_once(4, 9, is_sure=True)
