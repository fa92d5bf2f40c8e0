"""Files that are sent as a browser sends them, whatever they hold and are called."""

import asyncio
import re

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.attacking.calls import Answer, call
from benchmarks.tabs.tab import Tab

NAMES = (
    "a.mat",
    "<img src=x onerror=alert(1)>.mat",
    "../../../lab.db",
    "a\x00b.mat",
    "\u202etam.mat",
    "[a](javascript:alert(1)).mat",
    "$\\LaTeX$ :red[a] `b`.mat",
    "a" * 5000 + ".mat",
    "=cmd|' /C calc'!A0.mat",
    "con.mat\r\nX-Injected: 1",
    "",
)
_URL_S = 20.0
_BOUNDARY = "attack-7f3a"


async def upload(tab: Tab, heard: list[bytes], url: str, cookie: str, name: str, content: bytes) -> Answer:
    """Send a file to the uploader of the page that a tab shows, and have the page take it."""
    heard.clear()
    request = BackMsg()
    request.file_urls_request.request_id = "attack"
    request.file_urls_request.file_names.append(name)
    request.file_urls_request.session_id = "of nobody"
    await tab.send(request.SerializeToString())
    place = await asyncio.wait_for(_find_place(heard), _URL_S)
    shown = await call(url, "GET", "/_stcore/health", {"Cookie": cookie})
    token = shown.cookies.get("_streamlit_xsrf", "")
    quoted = re.sub(r'[\r\n"\x00]', "_", name).encode()
    head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="'.encode()
    body = head + quoted + b'"\r\n\r\n' + content + f"\r\n--{_BOUNDARY}--\r\n".encode()
    headers = {
        "Cookie": f"{cookie}; _streamlit_xsrf={token}",
        "X-Xsrftoken": token,
        "Content-Type": f"multipart/form-data; boundary={_BOUNDARY}",
    }
    answer = await call(url, "PUT", place.upload_url, headers, body)
    uploader = [widget for widget, kind in tab.widgets.items() if kind == "file_uploader"][-1]
    state = WidgetState(id=uploader)
    state.file_uploader_state_value.uploaded_file_info.add(
        file_id=place.file_id, name=name, size=len(content), file_urls=place
    )
    await tab.forge(state)
    return answer


async def _find_place(heard: list[bytes]) -> FileURLs:
    while True:
        for data in heard:
            answer = ForwardMsg.FromString(data).file_urls_response
            if answer.file_urls:
                place: FileURLs = answer.file_urls[0]
                return place
        await asyncio.sleep(0.02)
