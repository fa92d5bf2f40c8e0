"""Loaded first where processes train: one thread each, in what others leave of the machine.

Who loads it does so for this: a process from which others are forked must have a single thread, whatever
libraries it loads then, and its children inherit all that.
"""

import os

from mnist_core.ground.system import lead_session, yield_to_others

lead_session()
yield_to_others()
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
