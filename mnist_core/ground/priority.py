"""How much of the machine a process asks for."""

import os
from contextlib import suppress
from pathlib import Path

_NICENESS = 5  # a page beside it gets three parts in four of a processor that both want
_GROUP = Path("/proc/self/autogroup")


def yield_to_others() -> None:
    """Let this process, and those that it will start, train in what others leave of the machine.

    References
    ----------
    sched(7): where Linux groups processes by session, a niceness counts within the group alone, and the
    group has one of its own.
    """
    os.nice(_NICENESS)
    with suppress(OSError):  # there are no groups here
        _GROUP.write_text(str(_NICENESS))
