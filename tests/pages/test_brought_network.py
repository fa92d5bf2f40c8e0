"""Bringing in a network that was trained elsewhere, on the Results page."""

from pathlib import Path

import numpy as np
import pytest
from digits import ROOT
from streamlit.testing.v1 import AppTest

from benchmarks.importing import writers
from benchmarks.importing.elsewhere import Way, move_elsewhere
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
