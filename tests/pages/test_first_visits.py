"""What first visits show is computed beforehand, beside no page."""

from pathlib import Path

import pytest

from mnist_core.ground.settings import SHIPPED_MODELS
from mnist_core.insight.projection.flatten import Method
from mnist_ui.cached.opened_models import open_model, open_sample
from mnist_ui.map.layer_maps import open_map, pack_map
from mnist_ui.start.first_visits import compute_first


def test_it_is_what_a_page_then_asks_for(home: Path, caplog: pytest.LogCaptureFixture):
    compute_first()

    asked = pack_map(open_map(open_model(SHIPPED_MODELS / "paper"), open_sample()), Method.PCA)
    assert asked["n"] == 2000
    assert "could not be computed" not in caplog.text
