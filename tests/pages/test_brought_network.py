"""Bringing in a network that was trained elsewhere, on the Results page."""

from pathlib import Path

import numpy as np
import pytest
from digits import ROOT
from streamlit.testing.v1 import AppTest

from benchmarks.importing import writers
from benchmarks.importing.elsewhere import Way, move_elsewhere
from mnist_core.data.layouts import read_or_sample
from mnist_core.network.models import load_model


def bring() -> None:
    from mnist_ui.results.brought_network import offer_import

    offer_import(None)


def test_a_file_of_weights_becomes_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_LAB_HOME", str(tmp_path / "home"))
    path, way = tmp_path / "theirs.onnx", Way("bytes", "transposed", dtype="float32")
    writers.gemm(path, move_elsewhere(load_model(ROOT / "models" / "paper").network, way))
    page = AppTest.from_function(bring, default_timeout=60).run()

    page.file_uploader[0].upload(path.name, path.read_bytes(), "application/octet-stream").run()
    assert not page.exception
    assert any("0 to 255" in one.value and "transposed" in one.value for one in page.markdown)
    page.button(key="import-save").click().run()

    assert not page.exception
    assert [one.value for one in page.success] == ["Saved as **theirs**. It can be chosen on every page."]
    info = load_model(tmp_path / "home" / "models" / "theirs").info
    assert getattr(info.imported, "file", None) == "theirs.onnx"


def test_what_no_way_reads_well_is_read_as_its_user_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_LAB_HOME", str(tmp_path / "home"))
    rng, path = np.random.default_rng(0), tmp_path / "untrained.npz"
    np.savez(path, W1=rng.normal(size=(8, 784)), b1=np.zeros(8), W2=rng.normal(size=(10, 8)), b2=np.zeros(10))
    page = AppTest.from_function(bring, default_timeout=60).run()

    page.file_uploader[0].upload(path.name, path.read_bytes(), "application/octet-stream").run()
    refused = page.session_state["results-understood"]
    page.run()

    assert "say all four below" in page.warning[0].value
    assert "--" not in page.warning[0].value
    assert page.session_state["results-understood"] is refused  # it was not read anew
    for place, said in enumerate(("relu", "unit", "upright", "bright")):
        page.selectbox[place].set_value(said).run()
    assert not page.exception
    assert page.button(key="import-save")


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """Show the offer, with a file whose pixels are those of no usual scaling and whose outputs are rolled."""
    monkeypatch.setenv("MNIST_LAB_HOME", str(tmp_path / "home"))
    layers = load_model(ROOT / "models" / "paper").network.layers.values()
    (first, bias), *rest = ((one.weight.detach().numpy(), one.bias.detach().numpy()) for one in layers)
    held = {"W1": first / 3, "b1": bias - first.sum(axis=1) * 2 / 3}  # of 3 times the pixels, plus 2
    for n, pair in enumerate(rest, start=2):
        held |= dict(zip((f"W{n}", f"b{n}"), pair, strict=True))
    path = tmp_path / "theirs.npz"
    np.savez(path, **held)
    page = AppTest.from_function(bring, default_timeout=60).run()
    return page.file_uploader[0].upload(path.name, path.read_bytes(), "application/octet-stream").run()


def find(page: AppTest, label: str):
    return next(one for one in (*page.selectbox, *page.text_input) if one.label.startswith(label))


def test_a_factor_and_a_shift_of_pixels_can_be_said(page: AppTest) -> None:
    find(page, "What pixels are to it").set_value("other").run()
    assert not page.exception
    find(page, "Factor and shift").set_value("3 2").run()
    assert page.error[0].value.startswith("What pixels are to it must be a factor, not 0, and a shift")
    find(page, "Factor and shift").set_value("3, 2").run()

    assert not page.exception
    assert page.expander[0].proto.expanded  # for who has more to say
    assert [one.value for one in page.error] == []
    assert any("3 times 0 to 1, plus 2" in one.value for one in page.markdown)


def test_the_order_of_outputs_can_be_said(page: AppTest) -> None:
    find(page, "What pixels are to it").set_value("other").run()
    find(page, "Factor and shift").set_value("3,2").run()
    find(page, "What its outputs stand for").set_value("1,2,3").run()
    assert "must name each of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 once" in page.error[0].value
    assert any("such as 1,2,3,4,5,6,7,8,9,0." in one.value for one in page.caption)
    for name, said in (("Behind", "tanh"), ("How it sees", "upright"), ("Ink", "bright")):
        find(page, name).set_value(said).run()
    find(page, "What its outputs stand for").set_value("1, 2, 3, 4, 5, 6, 7, 8, 9, 0").run()

    assert not page.exception
    assert any("stand for 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, in this order" in one.value for one in page.markdown)


def test_what_was_chosen_where_two_fit_alike_stays_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_LAB_HOME", str(tmp_path / "home"))
    sample = read_or_sample()
    seen = sample.images.reshape(-1, 784)[:1500] * 0.99 + 0.01
    first = np.random.default_rng(0).normal(scale=0.1, size=(60, 784))
    last = np.linalg.lstsq(np.tanh(seen @ first.T), np.eye(10)[sample.labels[:1500]], rcond=None)[0].T
    np.savez(tmp_path / "net.npz", wih=first, who=last)
    page = AppTest.from_function(bring, default_timeout=60).run()
    content = (tmp_path / "net.npz").read_bytes()
    page.file_uploader[0].upload("net.npz", content, "application/octet-stream").run()
    assert "choose which it is" in page.warning[0].value
    find(page, "What pixels are to it").set_value("0.99,0.01").run()

    assert not page.exception
    assert find(page, "What pixels are to it").value == "0.99,0.01"
    assert any("times 0 to 1, plus 0" in one.value for one in page.markdown)
