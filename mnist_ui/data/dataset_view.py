"""What was understood of a data set, as tables and pictures."""

from collections.abc import Iterator, Sequence

import numpy as np
import streamlit as st

from mnist_core.data.dataset import DIGITS, Dataset
from mnist_core.data.layouts import Variable
from mnist_core.data.orientation import Orientation, turn_images
from mnist_core.ground.arrays import Images, Indices
from mnist_ui.cached.once import once
from mnist_ui.components.gallery import show_gallery, show_rows
from mnist_ui.markdown import escape

DECISIONS = {
    "images": "Images",
    "labels": "Labels",
    "axes": "Axes of the images",
    "size": "Height and width",
    "test": "Test part",
    "test_labels": "Labels of the test part",
    "coding": "What labels mean",
    "values": "Pixel values",
    "ink": "Ink",
    "orientation": "How the images lie",
    "writers": "Writers",
}
"""What pages call the decisions of a reading."""

_PICTURE = 56  # screen pixels of a picture before or after
_N_TURNED = 10
_MOST_VARIABLES = 60  # a table of more would be the whole page
_INDENT = "\u00a0" * 4  # Markdown folds other spaces, and a table breaks at wider ones


def show_facts(dataset: Dataset) -> None:
    """Show the counts and the value range of a data set."""
    least, greatest = dataset.origin.value_range
    n_present = np.count_nonzero(dataset.class_counts)
    is_digits = dataset.class_names == DIGITS
    facts = {
        "Images": f"{dataset.n_samples:,}",
        "Pixels": f"{dataset.side} × {dataset.side}",
        "Digits" if is_digits else "Classes": f"{n_present}" if dataset.is_labelled else "unknown",
        "Values in the file": f"{least:g} to {greatest:g}",
    }
    with st.container(horizontal=True, gap="medium"):
        for label, value in facts.items():
            st.metric(label, value, width=160)


def show_warnings(dataset: Dataset) -> None:
    """Show what the user should know of how the file was read."""
    sentences = [escape(sentence) for sentence in dataset.origin.warnings]
    if sentences:
        st.info("  \n".join(sentences), icon=":material/info:")


def show_variables(variables: Sequence[Variable], roles: dict[str, str] | None = None) -> None:
    """Show the variables of a file as a tree, with what each of them became."""
    rows = [
        (
            f"{_INDENT * depth}**{escape(one.name)}**",
            escape(one.words.replace(" x ", " × ")),
            (roles or {}).get(one.path, ""),
        )
        for one, depth in _walk(variables, 0)
    ]
    table = {"Variable": [row[0] for row in rows], "Holds": [row[1] for row in rows]}
    if roles:
        table["Is"] = [row[2] for row in rows]
    st.table({name: cells[:_MOST_VARIABLES] for name, cells in table.items()}, hide_index=True)
    if len(rows) > _MOST_VARIABLES:
        st.caption(f"And {len(rows) - _MOST_VARIABLES:,} more.")


def show_as_in_file(dataset: Dataset) -> None:
    """Show a few images as the file has them and as the lab has them, where these differ."""
    if not _is_turned(dataset):
        return
    few = np.asarray(dataset.images[_choose_each(dataset)])
    before, after = st.columns(2, gap="medium")
    with before:
        st.caption("As the file has them")
        show_gallery(_undo(few, dataset), size=_PICTURE, label="images as the file has them")
    with after:
        st.caption("As the lab has them")
        show_gallery(few, size=_PICTURE, label="images as the lab has them")


def show_examples(dataset: Dataset, seed: int, count: int) -> None:
    """Show random images of each class, a row a class."""
    show_rows(_choose_examples(dataset, dataset.class_names, seed, count))


def _is_turned(dataset: Dataset) -> bool:
    origin = dataset.origin
    stayed = (Orientation.UPRIGHT, Orientation.UNSURE)
    return origin.orientation not in stayed or dict(origin.taken).get("ink") == "dark"


def list_roles(dataset: Dataset) -> dict[str, str]:
    """Return what variables of the file became, by their paths."""
    taken = dict(dataset.origin.taken)
    names = ("images", "labels", "test", "test_labels")
    return {taken[name]: DECISIONS[name].lower() for name in names if name in taken}


def build_tree(pairs: Sequence[tuple[str, str]]) -> tuple[Variable, ...]:
    """Build the tree of variables again from their paths and words."""
    children: dict[str, list[tuple[str, str]]] = {}
    for path, words in pairs:
        children.setdefault(path.rpartition(".")[0], []).append((path, words))

    def build(parent: str) -> tuple[Variable, ...]:
        return tuple(
            Variable(path, path.rpartition(".")[2], words, build(path))
            for path, words in children.get(parent, ())
        )

    return build("")


def show_reasons(dataset: Dataset) -> None:
    """Show why a file was read as it was, a row a decision."""
    origin = dataset.origin
    if not origin.reasons:
        st.caption("Nothing had to be decided.")
        return
    # A data set that an earlier version kept has reasons, but not the names of its decisions.
    names = [DECISIONS.get(name, name) for name, _ in origin.taken] or [""] * len(origin.reasons)
    st.table({"Decision": names, "Why": [escape(reason) for reason in origin.reasons]}, hide_index=True)


@once(most=16)
def _choose_examples(
    dataset: Dataset, class_names: Sequence[str], seed: int, count: int
) -> dict[str, Images]:
    rng = np.random.default_rng(seed)
    rows = {}
    labels = np.zeros(dataset.n_samples, np.int64) if dataset.known_labels is None else dataset.labels
    for place, name in enumerate(class_names if dataset.is_labelled else ("?",)):
        places = np.flatnonzero(labels == place)
        chosen = np.sort(rng.choice(places, min(count, len(places)), replace=False))
        rows[name] = np.asarray(dataset.images[chosen])
    return rows


def _walk(variables: Sequence[Variable], depth: int) -> Iterator[tuple[Variable, int]]:
    for variable in variables:
        yield variable, depth
        yield from _walk(variable.children, depth + 1)


def _choose_each(dataset: Dataset) -> Indices:
    """Choose one image of each of the first classes; without labels, evenly spaced ones."""
    if dataset.known_labels is None:
        return np.linspace(0, dataset.n_samples - 1, min(_N_TURNED, dataset.n_samples)).astype(np.int64)
    _, first = np.unique(dataset.labels, return_index=True)
    return first[:_N_TURNED].astype(np.int64)


def _undo(images: Images, dataset: Dataset) -> Images:
    turned = turn_images(images, Orientation(dataset.origin.orientation))
    return 1 - turned if dict(dataset.origin.taken).get("ink") == "dark" else turned
