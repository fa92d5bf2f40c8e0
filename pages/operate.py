"""The Operate page: switch units off, prune, scale, swap, round, and see at once what it costs."""

import streamlit as st

from mnist_ui.models.lens_choice import choose_lens
from mnist_ui.models.model_choice import choose_model
from mnist_ui.operate.before_after import show_digit
from mnist_ui.operate.bench import open_bench
from mnist_ui.operate.cost import show_accuracy, show_confusion, show_curves
from mnist_ui.operate.instruments import choose_layer, show_instruments, show_units
from mnist_ui.operate.save_result import show_saving, show_steps
from mnist_ui.operate.steps import current_operated
from mnist_ui.session import current_dataset

st.title("Operate")
st.markdown("Switch units off, prune, scale, swap or round, and see at once what the network still reads.")
_lens = choose_lens(choose_model(), current_dataset())
_operated = current_operated(_lens.model, open_bench(_lens))
_after = _operated.bench.read(_operated.weights)
_left, _right = st.columns([5, 4], gap="large")
with _left:
    _layer = choose_layer(_operated)
    show_instruments(_operated, _layer)
    show_units(_operated, _layer)
with _right:
    show_accuracy(_operated, _after)
    show_steps(_operated)
    show_saving(_operated, _lens.dataset)
    st.header("One digit")
    show_digit(_operated)
_left, _right = st.columns([5, 4], gap="large")
with _left:
    st.header("How many units it needs")
    if st.toggle("Remove ever more units of the layer, in four orders", key="operate-curve"):
        show_curves(_lens, _operated, _layer)
with _right:
    st.header("What it confuses")
    show_confusion(_operated, _after)
