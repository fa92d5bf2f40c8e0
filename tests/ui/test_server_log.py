"""What the app writes of a page that failed."""

import logging

import pytest

from mnist_core.data.kept import open_dataset
from mnist_core.ground.errors import DataError
from mnist_ui.server.logs import note_error


def test_a_page_that_failed_is_noted_by_kind_and_place_alone(
    tmp_path, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(DataError) as caught:
        open_dataset("of-ada", tmp_path)

    with caplog.at_level(logging.ERROR, "mnist_lab"):
        note_error(caught.value)

    assert caplog.messages[0].startswith("page failed: DataError at kept.py:")
    assert "of-ada" not in caplog.text
