"""A sentence where an upload did not arrive, of which Streamlit tells by a number, to who points at it."""

import streamlit as st

from mnist_ui.components.assets import declare

_HTML = '<p role="alert" hidden></p>'
_uploads = declare("uploads", _HTML)


def tell_of_uploads(key: str) -> None:
    """Say in a sentence why an upload of the page did not arrive.

    Parameters
    ----------
    key : str
        Another for each place that says so.
    """
    limit = st.get_option("server.maxUploadSize")
    too_large = (
        "A proxy between your browser and the lab lets no file of this size through (413). The lab itself "
        f"takes up to {limit} MB: whoever runs the proxy may raise its limit, in nginx by "
        f"client_max_body_size {limit}m. Or make the file smaller: save it compressed, in MATLAB by save "
        "with -v7, or with fewer images."
    )
    otherwise = (
        "The file did not arrive ({status}): load the page again and try once more. If that does not help, "
        "whoever runs the server finds the reason in the log of the proxy."
    )
    _uploads(key=key, data={"sentences": {"413": too_large, "other": otherwise}})
