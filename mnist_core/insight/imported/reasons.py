"""Why a network from elsewhere was read so, in sentences."""

from mnist_core.data.dataset import Dataset
from mnist_core.insight.imported.best_reading import Found
from mnist_core.insight.imported.choices import ImportChoices
from mnist_core.insight.imported.sights import count_blocked
from mnist_core.network.candidate import Activation


def explain_reading(found: Found, dataset: Dataset, choices: ImportChoices) -> list[str]:
    """Say what was found by fit, a sentence each."""
    best, side = found.best, found.best.side
    is_told = best.chain.activation is not None and choices.activation is None
    by = "as its file says" if is_told else "by fit" if choices.activation is None else "as was said"
    is_relu = by == "by fit" and best.activation is Activation.RELU
    kin = " (weights alone do not tell it from its kin, such as LeakyReLU or GELU)" if is_relu else ""
    brought = "" if side == dataset.side else f", brought to {side} x {side} pixels"
    of_some = "" if found.n_next == found.n_images else f" of {found.n_next:,} of them"
    is_right = f"is right for {best.accuracy:.1%} of {found.n_images:,} images of {dataset.name}{brought}"
    lines = [
        f"Of {found.n_tried:,} ways to read it this one {is_right}; of the other networks the best for "
        f"{found.next_best:.1%}{of_some}."
        if found.n_tried > 1
        else f"It is read as was said, and {is_right}.",
        f"Behind the hidden layers is {best.activation.label}, {by}{kin}.",
        f"To it pixels are {best.scaling.words}: what makes them so is folded into the first layer."
        if best.scaling.name != "unit"
        else "To it pixels are 0 to 1, as in the lab.",
    ]
    if best.orientation != "upright":
        lines.append(
            f"It was trained on images that are {best.orientation.words}: its weights are put upright."
        )
    if best.chain.side != side:
        lines.append(_explain_frame(best.chain.side, side))
    if best.is_dark:
        lines.append("It was trained on dark ink on bright: its weights are inverted.")
    names = [dataset.class_names[place] for place in best.classes]
    if tuple(names) != dataset.class_names:
        lines.append(f"Its outputs stand for {', '.join(names)}, in this order: they are put in order.")
    return lines


def _explain_frame(seen: int, side: int) -> str:
    edge = count_blocked(seen, side)
    whole, by = seen * edge, "" if edge == 1 else f", by the means of {edge} x {edge} of them"
    if whole < side:
        return (
            f"It sees the middle {whole} x {whole} pixels of images of {side} x {side}{by}: its weights for "
            "the others are 0."
        )
    if whole == side:
        return f"It sees images of {side} x {side} pixels{by}: its weights are spread over them."
    return (
        f"It was trained on images of {side} x {side} pixels in a frame of paper{by}: its weights for the "
        "frame are left out."
    )
