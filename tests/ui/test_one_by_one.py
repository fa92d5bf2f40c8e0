"""What takes long waits for its turn, and the page says so."""

from threading import Event

import pytest
from streamlit.testing.v1 import AppTest

from mnist_ui.cached.one_by_one import begin_in_turn, wait_for


def test_what_takes_long_is_computed_one_after_the_other():
    others_end, told = Event(), list[str]()

    def compute_long() -> None:
        others_end.wait(20)
        told.append("other")

    begin_in_turn(compute_long)
    own = begin_in_turn(lambda: told.append("own"))
    assert not own.running()
    others_end.set()
    wait_for(own, "computes")

    assert told == ["other", "own"]


@pytest.mark.parametrize("words", ["It is computed.", "Others compute at this moment"])
def test_meanwhile_the_page_says_what_it_waits_for(words: str):
    def show(is_running: bool) -> None:
        from concurrent.futures import Future

        import streamlit as st

        from mnist_ui.cached.one_by_one import wait_for

        class Begun(Future[None]):
            n_asked = 0

            def done(self) -> bool:
                self.n_asked += 1
                return st.stop() if self.n_asked > 1 else False

        begun = Begun()
        if is_running:
            begun.set_running_or_notify_cancel()
        wait_for(begun, "It is computed.")

    page = AppTest.from_function(show, args=(words == "It is computed.",)).run()

    assert page.info[0].value.startswith(words)


def test_an_error_reaches_who_waits():
    def fail() -> None:
        raise ValueError("it fails")

    with pytest.raises(ValueError, match="it fails"):
        wait_for(begin_in_turn(fail), "computes")
