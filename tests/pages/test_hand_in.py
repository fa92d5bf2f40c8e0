"""Making a run's report one's own, on the Search page."""

from searches import begin_run, end_well
from streamlit.testing.v1 import AppTest

from mnist_core.insight.report.hand_in import PAPER_FIGURES
from mnist_core.store import Database


def offer() -> None:
    from mnist_core.store.reading import list_work
    from mnist_ui import session
    from mnist_ui.search.hand_in_dialog import offer_hand_in

    offer_hand_in(list_work(session.store())[0])


def test_the_figures_of_a_report_are_named_in_words(store: Database) -> None:
    run_id = begin_run(store)
    end_well(store, run_id)
    page = AppTest.from_function(offer, default_timeout=60).run()

    page.button(key=f"hand-{run_id}").click().run()
    figures = page.multiselect(key=f"hand-in-figures-{run_id}")

    assert not page.exception
    assert figures.value == list(PAPER_FIGURES)
    assert figures.options[:2] == ["Learning curve", "Hidden 1, unit 9"]
    assert figures.options[-1] == "Hidden 2, all units"
