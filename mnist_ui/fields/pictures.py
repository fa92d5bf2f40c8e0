"""The pictures of the Fields page and what is measured of them, each done once for all tabs."""

from mnist_core.ground.arrays import Fields, Image
from mnist_core.insight.fields import orient_fields
from mnist_core.insight.fields.fidelity import Fidelity, digit_fidelity
from mnist_core.insight.fields.likeness import DigitMeans, Likeness, average_digits, digit_likeness
from mnist_core.insight.fields.probe import find_image, take_images
from mnist_core.insight.fields.unit_facts import UnitFacts, find_facts
from mnist_core.insight.fields.view import Asked, DigitView
from mnist_core.insight.fields.view_arrays import DigitFields
from mnist_core.insight.fields.views import VIEWS, find_view
from mnist_core.network.architecture import OUTPUT
from mnist_ui.cached.lens import Lens
from mnist_ui.cached.once import once
from mnist_ui.cached.one_by_one import ALONE
from mnist_ui.fields.link import FieldsView


def show_way(lens: Lens, view: FieldsView, method: str | None = None) -> Fields:
    """Make the pictures of the chosen way, or of another, oriented as chosen."""
    shown = _show_way(lens, view.layer, method or view.method, view.digit, _find_place(lens, view))
    return orient_fields(shown, view.turned)


def find_shown_image(lens: Lens, view: FieldsView) -> Image:
    """Find the image that ways with a picture an image show, as the network reads it."""
    return _take_image(lens, _find_place(lens, view))


def look_all_ways(lens: Lens, view: FieldsView) -> None:
    """Make the pictures of all ways, and measure them: each takes too short to say so, all take seconds."""
    _look_all_ways(lens, view.layer, view.digit, _find_place(lens, view))


def show_digits(lens: Lens, view: FieldsView) -> DigitFields:
    """Make the pictures for every digit, of a way with a picture a digit, oriented as chosen."""
    shown = _draw_digits(lens, view.layer, view.method)
    return shown.swapaxes(2, 3) if view.turned else shown


def read_likeness(lens: Lens, view: FieldsView) -> Likeness:
    """Measure how much the pictures of the chosen way look like digits.

    Raises
    ------
    DataError
        If the images are not of the digits that the model knows.
    """
    upright = orient_fields(show_way(lens, view), view.turned)
    return digit_likeness(upright, _average_digits(lens), is_output=view.layer == OUTPUT)


@once("Measuring how far to trust the pictures …", 128)
def measure_way(lens: Lens, layer: str, method: str) -> Fidelity:
    """Measure how far to trust the pictures of a way."""
    way, network = find_view(method), lens.model.network
    if isinstance(way, DigitView):  # drawing them is the slow part
        drawn = _draw_digits(lens, layer, method)
        with ALONE:
            return digit_fidelity(network, layer, drawn, lens.images)
    with ALONE:
        return way.measure(network, layer, lens.images)


@once("Switching each unit off …", 32)
def read_facts(lens: Lens, layer: str) -> UnitFacts:
    """Find out what is known of the units of a layer."""
    return find_facts(lens.model.network, layer, lens.images)


def _find_place(lens: Lens, view: FieldsView) -> int:
    return min(view.image, lens.dataset.n_samples - 1)


@once("Looking …", 128)
def _show_way(lens: Lens, layer: str, method: str, digit: int, place: int) -> Fields:
    way = find_view(method)
    if isinstance(way, DigitView):
        of_digit: Fields = _draw_digits(lens, layer, method)[digit]
        return of_digit
    image = _take_image(lens, place)
    with ALONE:
        return way.show(lens.model.network, layer, lens.images, Asked(digit, image[None]))


def _take_image(lens: Lens, place: int) -> Image:
    image: Image = take_images(lens.dataset, find_image(lens.dataset, place), lens.model.info.side)[0]
    return image


@once("Looking in all twelve ways …", 32)
def _look_all_ways(lens: Lens, layer: str, digit: int, place: int) -> None:
    for method in VIEWS:
        _show_way(lens, layer, method, digit, place)
        measure_way(lens, layer, method)


@once("Looking, digit by digit …", 24)
def _draw_digits(lens: Lens, layer: str, method: str) -> DigitFields:
    way = find_view(method)
    assert isinstance(way, DigitView)
    with ALONE:
        return way.draw(lens.model.network, layer, lens.images.fit.images)


@once("Averaging digits …", 4)
def _average_digits(lens: Lens) -> DigitMeans:
    test, n_classes = lens.images.test, lens.model.info.n_classes
    return average_digits(test.images, test.labels, n_classes)
