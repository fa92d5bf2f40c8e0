"""The pictures of a report, as PNG files within its text."""

import base64
from collections.abc import Sequence
from html import escape
from io import BytesIO

from matplotlib.figure import Figure

from mnist_core.ground.arrays import Fields
from mnist_core.insight.fields import draw_sheet
from mnist_core.network.history import EpochRecord

_DPI = 150  # sharp in print at the width of a page


def show_fields(fields: Fields, titles: Sequence[str], caption: str) -> str:
    """Draw fields side by side, with a caption."""
    return _show(draw_sheet(fields, titles=titles), f"Fields: {', '.join(titles)}.", caption)


def show_curve(history: Sequence[EpochRecord], caption: str) -> str:
    """Draw the losses of every epoch, with a caption."""
    figure = Figure(figsize=(6.4, 3.0), layout="constrained")
    axes, epochs = figure.add_subplot(), [record.epoch for record in history]
    axes.plot(epochs, [record.train_loss for record in history], color="#1f4e79", label="training")
    valid = [record.valid_loss for record in history]
    axes.plot(epochs, valid, color="#b3400e", linestyle="--", label="validation")
    axes.set(xlabel="epoch", ylabel="cross-entropy, nats")
    axes.legend()
    return _show(figure, f"Training and validation loss over {len(history)} epochs.", caption)


def _show(figure: Figure, alt: str, caption: str) -> str:
    file = BytesIO()
    figure.savefig(file, format="png", dpi=_DPI, bbox_inches="tight")
    data = base64.b64encode(file.getvalue()).decode("ascii")
    return (
        f'<figure><img src="data:image/png;base64,{data}" alt="{escape(alt)}">'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )
