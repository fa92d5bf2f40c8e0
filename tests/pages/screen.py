"""What a page shows, and how its tests press its buttons."""

import json
from typing import Any

from streamlit.testing.v1 import AppTest


def read_words(page: AppTest) -> str:
    kinds = (page.markdown, page.caption, page.header, page.error, page.warning, page.info, page.success)
    return "\n".join(element.value for kind in kinds for element in kind)


def read_facts(page: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


def read_documents(page: AppTest) -> list[dict[str, Any]]:
    """Return what the lab's own components are given."""
    return [json.loads(element.proto.json) for element in page.get("bidi_component")]


def press(page: AppTest, label: str) -> AppTest:
    (button,) = [button for button in page.button if button.label == label]
    return button.click().run()
