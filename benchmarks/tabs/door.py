"""The way into a lab of many people, as a browser goes it: the form is asked for, filled in and sent."""

import http.client
import re
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

_WAIT_S = 60.0
_FORM = re.compile(r'name="form" value="([^"]+)"')


def enter(url: str, name: str, code: str) -> str:
    """Enter by name and code; return the cookies that the browser has then.

    Raises
    ------
    OSError
        If the gate lets nobody in by them.
    """
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=_WAIT_S)
    try:
        connection.request("GET", f"{place.path}/enter")
        shown, page = _answer(connection)
        found = _FORM.search(page)
        fields = {"name": name, "code": code, "form": found[1] if found else "", "next": ""}
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": _join(shown),
            "Sec-Fetch-Site": "same-origin",
        }
        connection.request("POST", f"{place.path}/enter", urlencode(fields), headers)
        known, page = _answer(connection)
    finally:
        connection.close()
    if not known:
        raise ConnectionRefusedError(f"{name} was not let in: {page[:2000]}")
    return _join(known)


def _answer(connection: http.client.HTTPConnection) -> tuple[SimpleCookie, str]:
    answer = connection.getresponse()
    body = answer.read().decode()
    set_cookies = SimpleCookie()
    for value in answer.headers.get_all("Set-Cookie") or ():
        set_cookies.load(value)
    return set_cookies, "" if answer.status == http.client.SEE_OTHER else body


def _join(cookies: SimpleCookie) -> str:
    return "; ".join(f"{name}={one.value}" for name, one in cookies.items() if one.value)
