"""`python -m mnist_core`: the lab's jobs as commands."""

import os
import signal
import sys

_INTERRUPTED = 130  # 128 and the signal's number, as with other commands

if __name__ == "__main__":
    # While libraries load nothing is to be tidied up, and some take an exception for a fault of theirs.
    signal.signal(signal.SIGINT, lambda *_: os._exit(_INTERRUPTED))
    from mnist_core.cli import main

    code = main()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # what is left is Python's own end
    sys.exit(code)
