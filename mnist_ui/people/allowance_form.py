"""How much a person may have at once: shown, and changed by who looks after the lab."""

from dataclasses import asdict

import streamlit as st

from mnist_core.store import Database
from mnist_core.store.allowance import Allowance, allow, read_allowance_of
from mnist_core.store.people.roll import Person
from mnist_ui.people.host import do

_MOST = 100_000  # more is a typing error
_LABELS = {
    "searches": "Searches at work or waiting",
    "trainings": "Live trainings at once",
    "upload_mb": "Megabytes of a file",
    "datasets": "Data sets kept",
    "runs": "Searches and trainings kept",
}


def ask_for_allowance(store: Database, person: Person | None) -> None:
    """Ask how much a person may have at once, or with None everybody whom nothing else was allowed."""
    person_id = None if person is None else person.id
    now = asdict(read_allowance_of(store, person_id))
    usual = asdict(Allowance() if person is None else read_allowance_of(store, None))
    key = f"people-allowance-{person_id}"
    with st.form(key, border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            asked = {
                name: st.number_input(
                    label,
                    0,
                    _MOST,
                    now[name],
                    key=f"{key}-{name}",
                    help=f"Usually {usual[name]:,}.",
                    width=210,
                )
                for name, label in _LABELS.items()
            }
        if st.form_submit_button("Allow this", icon=":material/tune:"):
            changed = {name: value for name, value in asked.items() if value != now[name]}
            who = "everybody" if person is None else person.name
            do(lambda store: allow(store, person_id, changed), f"That is what {who} may have from now on.")
            st.rerun()
