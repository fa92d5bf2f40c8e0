"""What a tab holds of the Fields page: the link that it had last, and the choices, which show the link."""

from mnist_ui.session import Held

LINK = Held[dict[str, str]]("fields-link", {})
ALL_WAYS = Held("fields-all-ways", False)
DIGIT = Held("fields-digit", 0)
HIDE = Held("fields-hide", False)
IMAGE = Held("fields-image", 0)
LAYER = Held("fields-layer", "")
METHOD = Held("fields-method", "")
ORDER = Held("fields-order", "")
SCALE = Held("fields-scale", True)
TURNED = Held("fields-turned", False)
UNIT = Held("fields-unit", 0)
