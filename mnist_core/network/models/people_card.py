"""What the card of a model says of people: their pen digits, and when it is not sure."""

from statistics import median

from mnist_core.data.dataset import DIGITS
from mnist_core.network.models.info import ModelInfo, PenFacts


def describe_pens(pens: PenFacts | None, parent: str) -> str:
    """Say what is read of the digits of people left out, and whose digits they are."""
    if pens is None:
        return ""
    who = f"`{parent}`" if parent else "It"
    shares = sorted(writer.n_right / writer.n for writer in pens.writers)
    low, high = pens.interval
    return f"""{who} reads **{pens.accuracy:.2%}** of {pens.n:,} digits that {len(pens.writers)} writers \
drew with a pen (95 %, over writers: {low:.2%} to {high:.2%}), by cross-validation over the writers: each of \
{pens.folds} parts of them was read by a network that was trained in the same way on the others. Of the \
writers it reads {shares[0]:.1%} (lowest) to {shares[-1]:.1%}, {median(shares):.1%} at the median. \
{who if parent else "The network in this folder"} was trained on all of them.

Pen digits: "Pen-Based Recognition of Handwritten Digits" by E. Alpaydin and F. Alimoglu, UCI Machine \
Learning Repository, CC BY 4.0; the training part as trajectories, drawn anew.

"""


def describe_doubt(info: ModelInfo) -> str:
    """Say what "not sure" comes to, or that nobody has measured when this model should say it."""
    doubt = info.doubt
    if info.class_names != DIGITS:
        return ""
    if doubt is None:
        return """When to say "not sure" was not measured for this model: it is taken from the lab's `paper`.

"""
    shares = sorted(
        right / n for right, n in zip(doubt.n_answered_right, doubt.n_answered, strict=True) if n
    ) or [1.0]
    return f"""Asked to be right in 99 % of its answers (`--not-sure 0.99`), it answers \
**{doubt.answered:.1%}** of {sum(doubt.n):,} digits that {len(doubt.n)} writers drew with a pen, is right in \
**{doubt.right:.2%}** of the answers (of the writers {shares[0]:.1%}, lowest, to {shares[-1]:.1%}), and \
refuses **{doubt.lost:.1%}** of what it reads rightly. Each writer is judged by the floor that the others \
ask for. Read by {doubt.reader}.

"""
