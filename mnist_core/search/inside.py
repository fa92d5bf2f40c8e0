"""What the process of a search does: it calls a crew together, waits for its order, and carries it out.

It loads its libraries while the crew comes together: who starts it may still be reading the images.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

from mnist_core.ground.child import track_alone
from mnist_core.network.plan import Engine, SearchPlan
from mnist_core.search.order import SearchOrder


def main(
    lines: "Queue[bytes]", send: Callable[[bytes], None], plan: Mapping[str, Any], temp_folder: str
) -> int:
    """Take an order from the lines that come and carry it out; what comes after it asks to give way."""
    del send  # its news go to the listener that the order names
    crew = _choose_crew(SearchPlan.from_values(plan), Path(temp_folder))
    loading = Thread(target=_load_libraries)
    loading.start()  # while the crew's processes come up
    with crew as client:
        loading.join()
        import torch  # noqa: PLC0415

        from mnist_core.search.searching import try_order  # noqa: PLC0415

        torch.set_num_threads(1)
        order = SearchOrder.read(lines.get())
        return try_order(order, client, gives_way=lambda: not lines.empty())


def _load_libraries() -> None:
    """Load what the search itself needs: a second and more, where it was not forked from who has it."""
    import mnist_core.search.searching  # noqa: F401, PLC0415


def _choose_crew(plan: SearchPlan, temp_folder: Path) -> AbstractContextManager[Any]:
    if plan.engine is not Engine.FUSED or plan.cluster is not None or plan.n_processes == 1:
        return nullcontext()
    from mnist_core.search.cluster import count_processes, start_cluster  # noqa: PLC0415

    n_processes = count_processes(plan)
    if n_processes == 1:
        return nullcontext()
    track_alone()
    return start_cluster(n_processes, temp_folder, start_by="forkserver")
