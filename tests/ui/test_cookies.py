"""Cookies that a proxy has encoded anew."""

import pytest

from mnist_ui.server.cookies import decode_cookies


@pytest.mark.parametrize(
    ("came", "was_sent"),
    [
        (b"_streamlit_xsrf=2%7Cab%7cCd%7C17; lab_app=a", b"_streamlit_xsrf=2|ab|Cd|17; lab_app=a"),
        (b"token=YQ%3D%3D", b"token=YQ=="),
        (b"a=1; b=2|3", b"a=1; b=2|3"),
        (b"a=x%3B b%3D1; c=%0D%0Ax", b"a=x%3B b=1; c=%0D%0Ax"),  # another cookie or header is not made of it
        (b"a=100%", b"a=100%"),
        (b"a=%2570", b"a=%2570"),  # once is enough
    ],
)
def test_what_a_cookie_may_hold_is_decoded(came: bytes, was_sent: bytes) -> None:
    assert decode_cookies(came) == was_sent
