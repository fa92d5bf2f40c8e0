"""The linear map of a network at an image: exact, as far as its region goes; and the controls of maps."""

import numpy as np
import pytest
import torch
from digits import make_small_digits

from mnist_core.ground.errors import ModelError
from mnist_core.insight.fields.exactness import find_exactness
from mnist_core.insight.fields.layers import all_sums
from mnist_core.insight.fields.local_maps import map_locally, measure_around
from mnist_core.insight.fields.regions import find_regions, read_patterns
from mnist_core.network.architecture import MLP
from mnist_core.network.candidate import Activation

WIDTHS = {1: (14, None, None), 2: (14, 9, None), 3: (14, 9, 7)}


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Small products are slower on many threads, above all where others work too."""
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(n_threads)


def make_network(activation="relu", depth=2):
    torch.manual_seed(0)
    first, second, third = WIDTHS[depth]
    network = MLP(first, second, activation, 14 * 14, hidden3=third).eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.mul_(3)  # so that the activations bend
    return network


@pytest.fixture(scope="module")
def images():
    return make_small_digits(200)[0]


def sums_at(network, layer, image):
    return all_sums(network, image[None].astype(np.float32))[layer][0].astype(np.float64)


def pattern_at(network, image):
    return read_patterns(network, "output", all_sums(network, image[None].astype(np.float32)))[0]


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("activation", list(Activation))
def test_at_its_image_a_map_is_what_the_network_computes(activation, depth, images):
    network = make_network(activation, depth)

    for layer in network.layer_names:
        here = map_locally(network, layer, images[0])

        sums = here.fields.reshape(len(here.fields), -1) @ images[0].ravel() + here.offsets
        np.testing.assert_allclose(sums, sums_at(network, layer, images[0]), atol=1e-4)
        assert here.error < 1e-4


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_within_its_region_a_map_stays_exact_and_the_same_and_ends_at_its_face(depth, images):
    network = make_network(depth=depth)
    rng = np.random.default_rng(0)
    here = map_locally(network, "output", images[0])
    pattern = pattern_at(network, images[0])

    for _ in range(20):
        step = rng.standard_normal(images[0].shape)
        moved = (images[0] + 0.99 * here.reach * step / np.linalg.norm(step)).astype(np.float32)

        assert (pattern_at(network, moved) == pattern).all()
        there = map_locally(network, "output", moved)
        np.testing.assert_allclose(there.fields, here.fields, atol=1e-5)
        np.testing.assert_allclose(there.offsets, here.offsets, atol=1e-5)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_beyond_the_nearest_face_exactly_the_unit_that_is_named_has_switched(depth, images):
    network = make_network(depth=depth)
    maps = (map_locally(network, "output", image) for image in images)
    here = next(one for one in maps if one.face[0] == network.hidden_names[-1])
    layer, unit = here.face
    of_layer = map_locally(network, layer, here.image)
    normal = of_layer.fields[unit].astype(np.float64)
    step = -np.sign(of_layer.sums[unit]) * here.reach * normal / np.linalg.norm(normal)

    before, after = (pattern_at(network, here.image + far * step) for far in (0.999, 1.001))

    start = sum(len(sums_at(network, name, here.image)) for name in network.hidden_names[:-1])
    assert (before == pattern_at(network, here.image)).all()
    assert np.flatnonzero(before != after).tolist() == [start + unit]


def test_the_map_of_a_layer_ends_where_a_unit_below_it_switches(images):
    network = make_network(depth=3)
    steepness = np.linalg.norm(network.hidden1.weight.detach().numpy(), axis=1)

    for image in images[:20]:
        here = map_locally(network, "hidden2", image)

        faces = np.abs(sums_at(network, "hidden1", image)) / steepness
        assert here.face == ("hidden1", int(faces.argmin()))
        assert here.reach == pytest.approx(faces.min(), rel=1e-4)


@pytest.mark.parametrize("activation", list(Activation))
def test_nothing_ends_the_map_of_a_layer_that_reads_the_pixels(activation, images):
    told = find_exactness(make_network(activation), "hidden1", images[0], None).tell()

    assert (told["exact"], told["reach"], told["face"]) == (True, np.inf, None)


def test_a_network_that_bends_nowhere_is_one_map_without_an_end(images):
    network = make_network("linear")

    found = find_exactness(network, "output", images[0], find_regions(network, "output", images))

    assert found.here.reach == np.inf
    assert found.regions.n_regions == 1
    assert found.company.n_same == len(images) - 1
    np.testing.assert_allclose(found.here.fields, map_locally(network, "output", images[1]).fields, atol=1e-5)
    assert "same map holds for all images" in found.describe()


@pytest.mark.parametrize(("layer", "below"), [("hidden2", ["hidden1"]), ("output", ["hidden1", "hidden2"])])
def test_regions_of_a_layer_are_told_by_the_units_below_it(layer, below, images):
    network = make_network()
    sums = all_sums(network, images)
    patterns = np.concatenate([sums[name] > 0 for name in below], axis=1)

    regions = find_regions(network, layer, images)
    company = regions.find_company(images[3])
    words = find_exactness(network, layer, images[3], regions).describe()

    assert regions.n_regions == len({tuple(row) for row in patterns.tolist()})
    differing = np.delete((patterns != patterns[3]).sum(axis=1), 3)
    assert (company.n, company.n_same) == (len(images) - 1, int((differing == 0).sum()))
    assert company.fewest_switched == differing.min()
    assert f"all {len(images)} test images use {regions.n_regions} regions" in words
    reach = map_locally(network, layer, images[3]).reach
    assert regions.measure_reaches()[3] == pytest.approx(reach, rel=1e-4)


def test_all_images_lie_in_the_one_region_of_a_layer_that_reads_the_pixels(images):
    regions = find_regions(make_network(), "hidden1", images)

    assert regions.n_regions == 1
    assert regions.find_company(images[3]).n_same == len(images) - 1
    assert (regions.measure_reaches() == np.inf).all()


@pytest.mark.parametrize(("activation", "layer"), [("tanh", "hidden1"), ("linear", "output")])
def test_where_nothing_bends_no_noise_is_tried(activation, layer, images):
    network = make_network(activation)
    here = map_locally(network, layer, images[0])

    around = measure_around(network, here)

    assert (around.explained, around.best_explained, around.error, around.best_error) == (1, 1, 0, 0)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
def test_a_tangent_is_the_better_the_nearer_and_no_better_than_the_best_linear_map(activation, images):
    network = make_network(activation)
    here = map_locally(network, "output", images[0])

    near, far = (measure_around(network, here, noise) for noise in (0.01, 0.3))

    assert near.explained > 0.99 > far.explained
    assert far.best_explained > far.explained
    assert far.error > far.best_error
    assert here.reach is None


def test_noise_that_leaves_the_region_alone_is_foretold_wholly(images):
    network = make_network()
    here = map_locally(network, "output", images[0])

    found = measure_around(network, here, noise=0.5 * here.reach / 14)

    assert found.explained > 0.999


def test_an_unknown_layer_is_refused_in_a_sentence(images):
    with pytest.raises(ModelError, match="must be one of hidden1, hidden2, output"):
        map_locally(make_network(), "hidden3", images[0])
