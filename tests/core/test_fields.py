"""Receptive fields against plain products of the weights, and what is read off layers against plain NumPy."""

import io

import numpy as np
import pytest
import torch
from digits import make_digits
from safetensors.numpy import load_file, save_file

from mnist_core.ground.errors import DataError, ModelError
from mnist_core.insight.fields import (
    choose_images,
    draw_sheet,
    layer_sums,
    orient_fields,
    rank_images,
    read_bias,
    receptive_fields,
    scale_fields,
    strongest_links,
    strongest_sources,
)
from mnist_core.network.architecture import MLP

LAYERS = ("hidden1", "hidden2", "output")


@pytest.fixture
def network() -> MLP:
    torch.manual_seed(0)
    return MLP(14, 9, "tanh").eval()


def test_fields_are_plain_products_of_the_saved_weights(network, tmp_path):
    tensors = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    save_file(tensors, tmp_path / "weights.safetensors")
    saved = load_file(tmp_path / "weights.safetensors")
    w1, w2, w3 = (saved[f"{layer}.weight"].astype(np.float64) for layer in LAYERS)

    np.testing.assert_array_equal(receptive_fields(network, "hidden1"), w1.reshape(-1, 28, 28))
    for layer, product in (("hidden2", w2 @ w1), ("output", w3 @ w2 @ w1)):
        fields = receptive_fields(network, layer)
        assert fields.dtype == np.float32
        np.testing.assert_allclose(fields, product.reshape(-1, 28, 28), atol=1e-6)


def test_sums_are_those_of_a_plain_forward_pass(network):
    images, _ = make_digits(30)
    w = {name: tensor.numpy() for name, tensor in network.state_dict().items()}

    z1 = images.reshape(30, -1) @ w["hidden1.weight"].T + w["hidden1.bias"]
    z2 = np.tanh(z1) @ w["hidden2.weight"].T + w["hidden2.bias"]
    z3 = np.tanh(z2) @ w["output.weight"].T + w["output.bias"]

    for layer, expected in zip(LAYERS, (z1, z2, z3), strict=True):
        np.testing.assert_allclose(layer_sums(network, layer, images), expected, atol=1e-5)


def test_the_strongest_links_have_the_greatest_weights_whatever_their_sign(network):
    weights = network.hidden2.weight.detach().numpy()[:, 5]

    links = strongest_links(network, "hidden1", 5, 4)

    assert [link.unit for link in links] == list(np.argsort(-np.abs(weights))[:4])
    assert [link.weight for link in links] == [weights[link.unit] for link in links]


def test_an_output_unit_links_to_nothing(network):
    assert strongest_links(network, "output", 3, 5) == []


def test_the_sources_of_a_unit_have_the_greatest_weights_into_it(network):
    weights = network.output.weight.detach().numpy()[2]

    sources = strongest_sources(network, "output", 2, 3)

    assert [link.unit for link in sources] == list(np.argsort(-np.abs(weights))[:3])
    assert [link.weight for link in sources] == [weights[link.unit] for link in sources]
    assert strongest_sources(network, "hidden1", 2, 3) == []


def test_ranked_images_are_those_of_extreme_values():
    most, least = rank_images(np.array([0.5, 3, -2, 1], dtype=np.float32), 2)

    assert (list(most), list(least)) == ([1, 3], [2, 0])


def test_a_bias_is_that_of_the_unit(network):
    assert read_bias(network, "hidden2", 4) == pytest.approx(network.state_dict()["hidden2.bias"][4].item())


def test_turning_swaps_rows_and_columns_and_twice_is_upright(network):
    fields = receptive_fields(network, "hidden1")

    turned = orient_fields(fields, turned=True)

    np.testing.assert_array_equal(turned[3], fields[3].T)
    np.testing.assert_array_equal(orient_fields(turned, turned=True), fields)
    np.testing.assert_array_equal(orient_fields(fields, turned=False), fields)


def test_one_scale_keeps_proportions_and_one_each_fills_the_colours(network):
    fields = receptive_fields(network, "hidden2")

    together, each = scale_fields(fields, one_scale=True), scale_fields(fields, one_scale=False)

    np.testing.assert_allclose(together, fields / np.abs(fields).max(), rtol=1e-6)
    np.testing.assert_allclose(np.abs(each).max(axis=(1, 2)), 1.0)


def test_a_field_of_zeros_stays_zero():
    fields = np.zeros((2, 28, 28), dtype=np.float32)

    assert not scale_fields(fields, one_scale=False).any()


@pytest.mark.parametrize(("form", "magic"), [("png", b"\x89PNG"), ("svg", b"<?xml")])
@pytest.mark.parametrize("one_scale", [True, False])
def test_a_sheet_can_be_saved_as_png_and_svg(network, form, magic, one_scale):
    fields = receptive_fields(network, "output")
    figure = draw_sheet(fields, titles=[str(digit) for digit in range(10)], one_scale=one_scale, heading="x")

    buffer = io.BytesIO()
    figure.savefig(buffer, format=form)

    assert buffer.getvalue().startswith(magic)


def test_a_sheet_shows_zero_in_the_middle_of_its_colours(network):
    figure = draw_sheet(receptive_fields(network, "hidden1"), titles=[""] * 14)

    picture = figure.axes[0].images[0]

    assert picture.get_clim() == (-1.0, 1.0)


def test_chosen_images_are_spread_over_the_whole_set():
    chosen = choose_images(60_000, most=10_000)

    assert len(np.unique(chosen)) == 10_000
    assert (chosen[0], chosen[-1]) == (0, 59_999)
    assert np.diff(chosen).max() <= 7
    np.testing.assert_array_equal(choose_images(50, most=60), np.arange(50))


def test_an_unknown_layer_or_unit_is_refused_with_the_choices(network):
    with pytest.raises(ModelError, match="one of hidden1, hidden2, output, but is 'hidden3'"):
        receptive_fields(network, "hidden3")
    with pytest.raises(ModelError, match="hidden2 has units 0 to 8, but 9 was asked for"):
        strongest_links(network, "hidden2", 9, 3)


def test_images_of_another_size_are_refused(network):
    with pytest.raises(DataError, match="28 x 28 pixels, but got 2 images of 20 x 20"):
        layer_sums(network, "output", np.zeros((2, 20, 20), dtype=np.float32))


def test_a_sheet_of_images_shows_ink_bright_and_has_no_bar(network):
    images, _ = make_digits(10)

    figure = draw_sheet(images, titles=[""] * 10, ink=True)

    assert figure.axes[0].images[0].get_clim() == (0.0, 1.0)
    assert len(figure.axes) == 1
