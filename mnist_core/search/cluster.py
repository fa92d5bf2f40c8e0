"""The cluster whose workers are a crew: started on this machine, or connected to."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dask
from distributed import Client, LocalCluster
from distributed.security import Security

from mnist_core.engines.fused import compile_passes
from mnist_core.engines.fused.compiled_stack import CompiledDevice
from mnist_core.engines.fused.device import choose_device
from mnist_core.ground.errors import ClusterError
from mnist_core.network.plan import Engine, SearchPlan

MOST_DEATHS = 20
"""Of workers in one round, before it is taken to be the round's fault."""

_CONNECT_S = 10.0
_CONFIG = {
    "distributed.scheduler.allowed-failures": MOST_DEATHS,
    "distributed.worker.profile.enabled": False,  # costs a few hundredths
    # No page of the scheduler or of a worker: whoever can reach one could read it.
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    # A task's state is sent with its first round: some megabytes, on purpose.
    "distributed.admin.large-graph-warning-threshold": "1GB",
}


def count_processes(plan: SearchPlan) -> int:
    """Count the processes of this machine that train: one a core, or one where a device does it."""
    if plan.engine is Engine.FUSED and not isinstance(choose_device(), CompiledDevice):
        return 1
    return plan.n_processes


@contextmanager
def start_cluster(n_processes: int, folder: Path, start_by: str = "spawn") -> Iterator[Client]:
    """Start a cluster of one-thread processes on this machine; they load the compiled passes at once.

    Its processes talk by TLS with a certificate that only they have, as others on this machine can reach
    them too.

    Parameters
    ----------
    n_processes : int
        Workers.
    folder : Path
        Scratch room.
    start_by : str
        Python's way to start them: `forkserver` only where this process was forked itself.
    """
    with (
        dask.config.set({**_CONFIG, "distributed.worker.multiprocessing-method": start_by}),
        LocalCluster(
            n_workers=n_processes,
            threads_per_worker=1,
            security=Security.temporary(),
            dashboard_address="127.0.0.1:0",  # any free port, as several searches may go on
            memory_limit=0,
            local_directory=str(folder),
            # What goes wrong in a round is raised where it is waited for; the rest are heartbeats of
            # workers whose scheduler has just closed.
            silence_logs="CRITICAL",
        ) as cluster,
        Client(cluster) as client,
    ):
        warm = [
            client.submit(compile_passes, workers=[worker], key=f"compile-{worker}")
            for worker in client.scheduler_info(n_workers=-1)["workers"]
        ]
        yield client
        del warm  # held until here, as what nobody holds is not carried out


def connect(address: str) -> Client:
    """Connect to the scheduler of a cluster, such as tcp://10.0.0.1:8786.

    Raises
    ------
    ClusterError
        If none answers.
    """
    try:
        return Client(address, timeout=_CONNECT_S)
    except (OSError, ValueError) as error:
        raise ClusterError(
            f"The search needs a Dask scheduler at {address}, but none answers ({error}): start one with "
            "`dask scheduler`, or mend the address."
        ) from error
