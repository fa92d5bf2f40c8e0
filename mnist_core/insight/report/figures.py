"""The pictures of a report."""

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from mnist_core.ground.arrays import Fields
from mnist_core.insight.fields import draw_sheet
from mnist_core.insight.report.report_parts import Picture
from mnist_core.network.history import EpochRecord


def show_fields(fields: Fields, titles: Sequence[str], caption: str, name: str) -> Picture:
    """Draw fields side by side, with a caption."""
    return Picture(draw_sheet(fields, titles=titles), f"Fields: {', '.join(titles)}.", caption, name)


def show_curve(history: Sequence[EpochRecord], caption: str) -> Picture:
    """Draw the losses of every epoch, with a caption."""
    figure = Figure(figsize=(6.4, 3.0), layout="constrained")
    axes, epochs = figure.add_subplot(), [record.epoch for record in history]
    axes.plot(epochs, [record.train_loss for record in history], color="#1f4e79", label="training")
    valid = [record.valid_loss for record in history]
    axes.plot(epochs, valid, color="#b3400e", linestyle="--", label="validation")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set(xlabel="epoch", ylabel="cross-entropy, nats")
    axes.legend()
    alt = f"Training and validation loss over {len(history)} epochs."
    return Picture(figure, alt, caption, "curve")
