"""`python -m mnist_core`: the lab's jobs as commands; `mnist-lab`, once installed, starts the app too."""

import os
import signal
import sys
from typing import NoReturn

_INTERRUPTED = 130  # 128 and the signal's number, as with other commands


def main() -> NoReturn:
    """Carry out a command and end with its exit code."""
    # While libraries load nothing is to be tidied up, and some take an exception for a fault of theirs.
    signal.signal(signal.SIGINT, lambda *_: os._exit(_INTERRUPTED))
    from mnist_core.cli import main as carry_out  # noqa: PLC0415

    code = carry_out()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # what is left is Python's own end
    sys.exit(code)


def start_or_carry_out() -> NoReturn:
    """Start the app and open it in the browser where no command is named."""
    if sys.argv[1:]:
        main()
    from mnist_core.cli.starting import start_app  # noqa: PLC0415

    sys.exit(start_app())


if __name__ == "__main__":
    main()
