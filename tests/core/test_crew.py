"""The cluster that a search starts on this machine."""

import asyncio

import pytest
from distributed.comm import connect
from distributed.security import Security

from mnist_core.search.cluster import start_cluster

_TIMEOUT_S = 1.0


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with start_cluster(1, tmp_path_factory.mktemp("cluster")) as client:
        yield client


@pytest.fixture(scope="module")
def addresses(client):
    """All that listens: the scheduler, its worker, and the process that looks after the worker."""
    about = client.scheduler_info(n_workers=-1)
    workers = about["workers"]
    return [about["address"], *workers, *(worker["nanny"] for worker in workers.values())]


def reach(address, security):
    async def try_it():
        arguments = security.get_connection_args("client")
        comm = await connect(address, timeout=_TIMEOUT_S, **arguments)
        comm.abort()

    asyncio.run(try_it())


def test_the_client_of_a_search_reaches_all_of_its_cluster(client, addresses):
    assert len(addresses) == 3
    for address in addresses:
        reach(address, client.security)


def test_a_client_without_certificates_is_refused(addresses):
    for address in addresses:
        with pytest.raises(OSError, match=r"closed|Timed out"):
            reach(address.replace("tls://", "tcp://"), Security())


def test_a_client_with_a_certificate_of_its_own_is_refused(addresses):
    stranger = Security.temporary()
    for address in addresses:
        with pytest.raises(OSError, match="TLS certificate does not match"):
            reach(address, stranger)


def test_nothing_of_a_cluster_listens_beyond_this_machine(client):
    def find_listeners(dask_scheduler):
        import psutil

        own = psutil.Process()
        found = [own, *own.children(recursive=True)]
        connections = [one for process in found for one in process.net_connections("inet")]
        return [one.laddr.ip for one in connections if one.status == psutil.CONN_LISTEN]

    listeners = client.run_on_scheduler(find_listeners)
    assert len(listeners) >= 3
    assert set(listeners) == {"127.0.0.1"}
