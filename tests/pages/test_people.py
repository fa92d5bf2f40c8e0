"""The People page where the lab is one person's, and what it says of work and of the best runs."""

import pandas as pd
from searches import APP
from streamlit.testing.v1 import AppTest

from mnist_ui.people.best_runs import guard_words


def test_where_the_lab_is_one_persons_the_page_says_whom_it_is_for(home):
    page = AppTest.from_file(str(APP), default_timeout=60).run().switch_page("pages/people.py").run()

    assert not page.exception
    assert [error.value.replace("\\", "") for error in page.error] == [
        "This page is for who looks after a lab of several people: MNIST_LAB_HOST names them where the lab "
        "is started."
    ]


def test_a_table_for_spreadsheets_holds_no_formula_that_somebody_is_called():
    table = pd.DataFrame({"person": ["=1+1", "@SUM(A1)", "Ada"], "accuracy": [-0.5, 0.9, 1.0]})

    assert guard_words(table).values.tolist() == [["'=1+1", -0.5], ["'@SUM(A1)", 0.9], ["Ada", 1.0]]
