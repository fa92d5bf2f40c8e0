"""What the browser of a tab has of something that grows, so that only the rest is sent."""

from dataclasses import dataclass

from mnist_ui.session import Held


@dataclass
class Delivery:
    """What of something the browser of a tab has.

    Attributes
    ----------
    name : str
        What it is of.
    sent : int
        The last step that was sent.
    sent_before : int
        Up to which the delivery before had gone: what is sent overlaps, as a browser may skip one.
    """

    name: str
    sent: int = -1
    sent_before: int = -1

    def advance(self, last: int) -> None:
        """Note that all up to a step was sent."""
        self.sent_before, self.sent = self.sent, last

    def forget(self) -> None:
        """Send all once more, to a browser that lacks some of it."""
        self.sent = self.sent_before = -1


def find_delivery(held: Held[Delivery | None], name: str) -> Delivery:
    """Return what this tab has; nothing where it had something of another name."""
    delivery = held.get()
    if delivery is None or delivery.name != name:
        held.put(delivery := Delivery(name))
    return delivery
