"""What a browser that somebody has rewritten may send over its connection."""

import json
import random
from collections.abc import Sequence

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

_WORDS = (
    "",
    "../../etc/passwd",
    "\x00",
    "<script>alert(1)</script>",
    "'; drop table runs; --",
    "\u202e",
    "[]",
)
_DEEP = 3000
_LARGE = 2_000_000  # letters
_MOST_INT = 2**63 - 1


def make_message(choose: random.Random, widgets: Sequence[str], ids: Sequence[str]) -> bytes:
    """Make one message: of widgets, known and unknown, of any shape; of other kinds; of no kind at all."""
    kind = choose.choices(("widgets", "other", "noise"), (8, 3, 1))[0]
    if kind == "noise":
        return choose.randbytes(choose.randrange(1, 400))
    message = BackMsg()
    if kind == "other":
        _ask_for_else(choose, message, ids)
    else:
        rerun = message.rerun_script
        for widget in choose.sample(list(widgets), min(len(widgets), choose.randrange(1, 6))):
            rerun.widget_states.widgets.append(_make_state(choose, widget, ids))
        rerun.widget_states.widgets.append(_make_state(choose, choose.choice((*ids, *_WORDS)), ids))
        rerun.query_string = choose.choice(("", "run=%00", "model=%2e%2e", "draft=a&draft=b", "%ff%fe=&&&"))
        rerun.fragment_id = choose.choice(("", "", "", "no-such-fragment"))
    data: bytes = message.SerializeToString()
    return data


def _ask_for_else(choose: random.Random, message: BackMsg, ids: Sequence[str]) -> None:
    kind = choose.randrange(6)
    if kind == 0:
        message.clear_cache = True
    elif kind == 1:
        message.debug_shutdown_runtime = True
    elif kind == 2:
        message.debug_disconnect_websocket = True
    elif kind == 3:
        message.file_urls_request.request_id = choose.choice(ids)
        message.file_urls_request.session_id = choose.choice(ids)
        message.file_urls_request.file_names.extend(_WORDS)
    elif kind == 4:
        message.rerun_script.page_script_hash = choose.choice((*ids, *_WORDS))
        message.rerun_script.page_name = choose.choice((*ids, *_WORDS))
    else:
        message.load_git_info = True


def _make_state(choose: random.Random, widget: str, ids: Sequence[str]) -> WidgetState:
    state, word = WidgetState(id=widget), choose.choice((*ids, *_WORDS))
    values = {
        "string_value": choose.choice((word, word, "A" * choose.choice((10, _LARGE)))),
        "int_value": choose.choice((-1, 0, _MOST_INT, -_MOST_INT)),
        "double_value": choose.choice((float("nan"), float("inf"), -1e308)),
        "bool_value": True,
        "trigger_value": True,
        "json_value": _make_json(choose, word),
        "bytes_value": choose.randbytes(100),
    }
    lists = {
        "string_array_value": [word] * choose.choice((0, 1, 50)),
        "int_array_value": [_MOST_INT, -1],
        "double_array_value": [float("nan")],
    }
    kind = choose.choice((*values, *lists, "file_uploader_state_value"))
    if kind in values:
        setattr(state, kind, values[kind])
    elif kind in lists:
        getattr(state, kind).data.extend(lists[kind])
    else:
        state.file_uploader_state_value.uploaded_file_info.add(file_id=word, name=word, size=0)
    return state


def _make_json(choose: random.Random, word: str) -> str:
    kind = choose.randrange(6)
    if kind == 0:
        return "[" * _DEEP + "]" * _DEEP
    if kind == 1:
        return '{"strokes":' * 500 + "1" + "}" * 500
    if kind == 2:
        return json.dumps(dict.fromkeys(("strokes", "seen", "value", "unit", "row", "id", "asked"), word))
    if kind == 3:
        return json.dumps({"strokes": [[[1e308, -1e308], ["a", None]]] * 50, "unit": -1, "seen": 1e99})
    if kind == 4:
        return '{"strokes": [[[NaN, Infinity]]], "unit": 1e400}'
    return choose.choice(("", "null", "0", '"', "{", word))
