"""Handing in one's own gradients on the Results page."""

from io import BytesIO

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from benchmarks.referee import Answers, answer, make_batch
from mnist_core.data.layouts import read_or_sample
from mnist_core.ground.settings import SHIPPED_MODELS
from mnist_core.insight.referee.batch import choose_batch, pack_batch, take_layers
from mnist_core.network.candidate import Activation
from mnist_core.network.models import load_model


def check() -> None:
    from mnist_core.ground.settings import SHIPPED_MODELS
    from mnist_core.network.models import load_model
    from mnist_ui.results.own_gradients import offer_check

    offer_check(load_model(SHIPPED_MODELS / "paper"), None)


@pytest.fixture
def page(tmp_path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("MNIST_LAB_HOME", str(tmp_path / "home"))
    return AppTest.from_function(check, default_timeout=60).run()


def pack(handed: Answers) -> bytes:
    file = BytesIO()
    np.savez(file, allow_pickle=False, **handed)
    return file.getvalue()


def test_right_gradients_are_right_layer_by_layer(page: AppTest) -> None:
    model, sample = load_model(SHIPPED_MODELS / "paper"), read_or_sample()
    batch = choose_batch(take_layers(model.network), model.network.activation, sample, model.info.class_names)

    page.file_uploader[0].upload("mine.npz", pack(answer(batch)), "application/octet-stream").run()

    assert not page.exception
    assert [one.value for one in page.success] == ["All is right."]
    table = page.table[0].value
    assert list(table.index) == ["loss", "hidden1", "hidden2", "output"]
    assert all("right to" in words for words in table["verdict"])


def test_a_mistake_is_named_for_the_batch_that_comes_along(page: AppTest) -> None:
    batch = make_batch(read_or_sample(), 0, Activation.RELU, (16,))
    wrong = {name: 60 * value for name, value in answer(batch).items()}

    page.file_uploader[0].upload("batch.mat", pack_batch(batch), "application/octet-stream")
    page.file_uploader[0].upload("mine.npz", pack(wrong), "application/octet-stream").run()

    assert not page.exception
    assert page.table[0].value["verdict"]["output"] == "wrong: it is not divided by the number of images"
    assert [one.value for one in page.warning] == ["Mend output first: its mistakes come down to the others."]


def test_what_holds_no_gradients_is_refused_in_a_sentence(page: AppTest) -> None:
    page.file_uploader[0].upload("mine.npz", pack({"a": np.ones((3, 4))}), "application/octet-stream").run()

    assert not page.exception
    assert "must have the shapes of the weights" in page.error[0].value
