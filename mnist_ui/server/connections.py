"""How many connections the app can hold at once: each is an open file."""

import sys


def allow_many_connections() -> None:
    """Let this process have as many open files as it may, where the system keeps it to fewer at first.

    Usual are 1,024, which tabs and who holds connections open can use up: then nobody is answered.
    """
    if sys.platform == "win32":  # which has no such limit
        return
    import resource  # noqa: PLC0415 - absent elsewhere

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
