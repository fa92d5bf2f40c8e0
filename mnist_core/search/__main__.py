"""The process of a search; the worker starts it, and it ends when the worker does."""

import json
import os
import signal
import sys
import traceback
from threading import Thread

import torch

from mnist_core.errors import LabError
from mnist_core.search.job import SearchJob, carry_out_job
from mnist_core.search.speed import measure_epoch


def main() -> int:
    """Read a job from standard input and carry it out; with `--speed`, measure an epoch instead."""
    if "--speed" in sys.argv[1:]:
        print(json.dumps(measure_epoch()))  # noqa: T201 this is its answer
        return 0
    job = SearchJob.from_values(json.loads(sys.stdin.readline()))
    Thread(target=_die_with_worker, daemon=True).start()
    torch.set_num_threads(1)
    return _carry_out(job)


def _carry_out(job: SearchJob) -> int:
    try:
        carry_out_job(job)
    except LabError as error:
        job.sender.send("failed", text=str(error))
    except Exception as error:
        traceback.print_exc()
        job.sender.send("failed", text=f"a bug in the lab, please report it: {type(error).__name__}: {error}")
        return 1
    return 0


def _die_with_worker() -> None:
    # The worker holds the other end of standard input; it closes when the worker ends, however it ends.
    # Read without Python's buffer, whose lock a forked process would inherit as taken.
    while os.read(0, 1):
        pass
    os.killpg(os.getpgid(0), signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
