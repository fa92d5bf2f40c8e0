"""What a tab holds of the Train page."""

from typing import TYPE_CHECKING, Any

from mnist_ui.session import Held

if TYPE_CHECKING:
    from mnist_ui.components.delivery import Delivery


TRAINING = Held("live-training", "")
DELIVERY: "Held[Delivery | None]" = Held("live-delivery", None)
REFUSAL = Held[str | None]("live-refusal", None)
SAVING = Held[str | None]("live-saving", None)
"""The job that saves a model, asked for last."""

SEEN = Held[int | None]("live-seen", None)
"""The epoch that is looked at, by the training."""

WISH = Held[Any]("live", None)
"""What stands in the field of a wish, by its name and the training."""
