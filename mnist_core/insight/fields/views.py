"""The ways of looking into a network, in one table."""

from mnist_core.ground.errors import ModelError
from mnist_core.insight.fields.attributions import (
    gradient,
    gradient_times_input,
    integrated_gradients,
    occlusion,
)
from mnist_core.insight.fields.averages import digit_differences, mean_driving_images
from mnist_core.insight.fields.jacobians import digit_jacobians, mean_jacobian
from mnist_core.insight.fields.linear_fits import fit_digits, fit_linear
from mnist_core.insight.fields.maximisation import learn_prior, maximise_units
from mnist_core.insight.fields.products import carried_biases, receptive_fields
from mnist_core.insight.fields.view import DigitView, ImageView, UnitView, View

PRODUCT = "product"

_TABLE: tuple[View, ...] = (
    UnitView(
        PRODUCT,
        "product of weights",
        "The paper's pictures: as if there were no activation function between the layers. Exact for "
        "hidden 1.",
        lambda network, layer, digits: receptive_fields(network, layer),  # noqa: ARG005 - needs no images
        offsets=carried_biases,
    ),
    UnitView(
        "mean-jacobian",
        "mean Jacobian",
        "How a little ink in each pixel moves the unit, averaged over all images: the activation counts, but "
        "slopes that differ from image to image blur into one.",
        lambda network, layer, digits: mean_jacobian(network, layer, digits.images),
    ),
    UnitView(
        "linear-fit",
        "best linear fit",
        "The weights that predict the unit's sum best from the pixels (ridge regression). No single "
        "picture can explain more, so this is the ceiling of all of them; what it leaves is the part that "
        "no picture shows.",
        lambda network, layer, digits: fit_linear(network, layer, digits.images),
    ),
    UnitView(
        "class-difference",
        "difference of class means",
        "The mean image of the digit that drives the unit most less that of all others. It looks at the "
        "network only to choose the digit.",
        digit_differences,
    ),
    UnitView(
        "driving-images",
        "mean of driving images",
        "The mean of the 100 images that drive the unit most: what they share, whether the unit heeds it "
        "or not.",
        lambda network, layer, digits: mean_driving_images(network, layer, digits.images),
        ink=True,
    ),
    UnitView(
        "maximisation",
        "activation maximisation",
        "The image that drives the unit most, among those made of the data's 30 main components that are "
        "no stranger than a typical digit. That it looks like a digit is also the work of this condition.",
        lambda network, layer, digits: maximise_units(network, layer, learn_prior(digits.images)),
        ink=True,
    ),
    DigitView(
        "class-jacobian",
        "Jacobian per class",
        "How a little ink in each pixel moves the unit, averaged over the images that the network reads "
        "as one digit: a picture for each of them.",
        digit_jacobians,
    ),
    DigitView(
        "class-fit",
        "best linear fit per class",
        "The weights that predict the unit's sum best among the images that the network reads as one "
        "digit: the ceiling of all views with a picture a digit.",
        fit_digits,
    ),
    ImageView(
        "gradient",
        "gradient",
        "How a little more ink in each pixel of this image would move the unit. It says what could change, "
        "also where there is no ink. For ReLU it is exact at this image and around it.",
        gradient,
        tangent=True,
    ),
    ImageView(
        "gradient-x-input",
        "gradient x input",
        "The gradient times the ink that is there: as if the unit were linear all the way from blank paper. "
        "For ReLU the pixels add up to the unit's sum, less the offset of this image's linear map.",
        gradient_times_input,
        tangent=True,
    ),
    ImageView(
        "integrated-gradients",
        "integrated gradients",
        "The gradient averaged on the straight way from blank paper to this image, times the ink. The pixels "
        "add up to what the image changes in the unit's sum.",
        integrated_gradients,
    ),
    ImageView(
        "occlusion",
        "occlusion",
        "How much the unit falls when a small patch of the image is covered. Patches 4 pixels wide, one "
        "at a time: what several parts do together is not seen.",
        occlusion,
    ),
)

VIEWS: dict[str, View] = {view.name: view for view in _TABLE}
"""Every view by its name, in the order in which they are offered."""


def find_view(name: str) -> View:
    """Return a view by its name.

    Raises
    ------
    ModelError
        If there is none of that name.
    """
    if name not in VIEWS:
        raise ModelError(f"The view must be one of {', '.join(VIEWS)}, but is {name!r}: choose one.")
    return VIEWS[name]
