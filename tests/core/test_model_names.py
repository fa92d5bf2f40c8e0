"""What models may be called."""

import pytest

from mnist_core.ground.errors import ModelError
from mnist_core.network.model_names import check_new_name, name_after


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("wider layers", "wider-layers-4ab0"),
        ("Größere Schichten!", "Größere-Schichten-4ab0"),
        ("шире", "search-шире-4ab0"),
        ("../../etc", "etc-4ab0"),
        (" ", "search-4ab0"),
        ("x" * 200, "x" * 48 + "-4ab0"),
    ],
)
def test_a_model_is_named_after_its_run(words, name):
    assert name_after(words, "20261129-131644-4ab0") == name
    check_new_name(name, ())


@pytest.mark.parametrize(
    ("name", "words"), [("", "the field is empty"), (".hidden", "digit first"), ("taken", "already")]
)
def test_a_name_that_cannot_be_is_refused(name, words):
    with pytest.raises(ModelError, match=words):
        check_new_name(name, {"taken"})
