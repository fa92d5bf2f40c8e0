"""How exact the linear map at an image is, is found once for all tabs."""

from mnist_core.ground.settings import SHIPPED_MODELS
from mnist_ui.cached.exact_maps import read_exactness
from mnist_ui.cached.lens import open_lens
from mnist_ui.cached.opened_models import open_model, open_sample


def test_an_image_is_looked_into_once_for_each_layer():
    lens = open_lens(open_model(SHIPPED_MODELS / "robust"), open_sample())
    first, second = lens.images.test.images[:2]

    found = read_exactness(lens, "output", first)

    assert read_exactness(lens, "output", first.copy()) is found
    assert read_exactness(lens, "output", second) is not found
    assert read_exactness(lens, "hidden2", first).here.layer == "hidden2"


def test_no_region_is_asked_for_where_nothing_bends():
    lens = open_lens(open_model(SHIPPED_MODELS / "robust"), open_sample())

    found = read_exactness(lens, "hidden1", lens.images.test.images[0])

    assert found.regions is None
    assert "the same map holds for all images" in found.describe()
