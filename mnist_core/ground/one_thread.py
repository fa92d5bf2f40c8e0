"""Loaded first where processes train: one thread each, in what others leave of the machine.

Who loads it does so for this: a process from which others are forked must have a single thread, whatever
libraries it loads then, and its children inherit all that.
"""

import os
from contextlib import suppress

from mnist_core.ground.priority import yield_to_others

with suppress(PermissionError):  # it leads a session already
    os.setsid()  # else Ctrl-C in a terminal would reach it
yield_to_others()
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
