"""What a model answers, the one way in which all pages and commands have it: at the model's temperature.

A network alone has logits. A model has a temperature too, fitted where it was trained to read what people
draw and 1 elsewhere, which its logits are divided by before they become probabilities. Guesses stay the same.
"""

from mnist_core.ground.arrays import Images, Labels, Logits, Probabilities
from mnist_core.insight.evaluation import Evaluation, evaluate, predict, read_logits
from mnist_core.network.models import Model


def read_answers(model: Model, images: Images) -> Logits:
    """Compute a model's logits at its temperature: what softmax turns into its probabilities.

    Parameters
    ----------
    model : Model
        One that reads images of this size.
    images : ndarray of shape (n, side, side), float32
        Ink, 0.0 to 1.0.

    Returns
    -------
    ndarray of shape (n, classes), float32
        A row an image.

    Raises
    ------
    DataError
        If the images have another size than the network reads.
    """
    return read_logits(model.network, images, temperature=model.info.temperature)


def read_probabilities(model: Model, images: Images) -> Probabilities:
    """Compute a model's probabilities; parameters and what is raised are those of `read_answers`."""
    return predict(model.network, images, temperature=model.info.temperature)


def evaluate_model(model: Model, images: Images, labels: Labels) -> Evaluation:
    """Measure how a model reads images whose classes are known, as `evaluate` does."""
    return evaluate(model.network, images, labels, model.info.temperature)
