"""What takes long waits for its turn, and says so."""

from threading import Event, Thread

import pytest
from streamlit.testing.v1 import AppTest

from mnist_ui.cached.one_by_one import taking_turn, wait_for_turn


def test_who_asks_while_another_computes_gets_the_turn_after_it():
    others_begin, others_end, told = Event(), Event(), []

    def compute_long() -> None:
        with taking_turn():
            others_begin.set()
            others_end.wait(20)
            told.append("other")

    def compute() -> str:
        with taking_turn():
            told.append("own")
            return "done"

    other = Thread(target=compute_long)
    other.start()
    others_begin.wait(20)
    found: list[str] = []
    own = Thread(target=lambda: found.append(wait_for_turn(compute)))
    own.start()
    own.join(1)
    assert told == []
    others_end.set()
    own.join(20)
    other.join(20)

    assert told == ["other", "own"]
    assert found == ["done"]


def test_meanwhile_the_page_says_that_others_compute():
    def show() -> None:
        import streamlit as st

        from mnist_ui.cached.one_by_one import taking_turn, wait_for_turn

        asked = []

        def compute() -> None:
            if asked:
                st.stop()
            asked.append(True)
            with taking_turn(), taking_turn():  # the first is another's
                pass

        wait_for_turn(compute)

    page = AppTest.from_function(show).run()

    assert page.info[0].value.startswith("Others compute at this moment")


def test_what_fails_gives_its_turn_back():
    def fail() -> None:
        with taking_turn():
            raise ValueError("it fails")

    for _ in range(2):
        with pytest.raises(ValueError, match="it fails"):
            wait_for_turn(fail)
