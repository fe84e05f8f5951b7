"""Two server processes write one ledger without a hole, and one that dies is replaced."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import psutil
import pytest

from tests.faults import patience
from tests.faults.conftest import Counted
from tests.faults.installation import Installation
from tests.faults.patience import until


@pytest.fixture(scope="module")
async def two_workers(installation: Installation) -> AsyncIterator[Installation]:
    installation.server.stop()
    await installation.start_again(workers=2)
    yield installation
    installation.server.stop()
    await installation.start_again()


async def test_both_workers_write_one_ledger_without_a_hole(two_workers: Installation) -> None:
    async with two_workers.working(), asyncio.timeout(patience.SECONDS):
        both_serve = False
        while not both_serve:  # whoever is up first gets the first clients
            async with two_workers.load.running():
                await two_workers.load.acknowledge(100)
                both_serve = all(_clients_of(worker) for worker in two_workers.workers())


async def test_a_killed_worker_is_replaced_and_nothing_acknowledged_is_lost(
    two_workers: Installation, killed: Counted
) -> None:
    async with two_workers.working():
        await two_workers.load.acknowledge(20)
        before = {worker.pid for worker in two_workers.workers()}
        psutil.Process(min(before)).kill()
        killed()
        await until(lambda: len({worker.pid for worker in two_workers.workers()} - {min(before)}) == 2)
        await two_workers.load.acknowledge(20)


async def test_workers_end_with_the_process_that_started_them(two_workers: Installation, killed: Counted) -> None:
    async with two_workers.working():
        await two_workers.load.acknowledge(20)
        workers = two_workers.workers()
        psutil.Process(two_workers.server.pid).kill()
        two_workers.server.wait()
        killed()
        await until(lambda: not any(worker.is_running() for worker in workers))
        await two_workers.start_again(workers=2)
        await two_workers.load.acknowledge(20)


async def test_an_interrupt_from_the_terminal_stops_all_processes_and_the_database(two_workers: Installation) -> None:
    async with two_workers.working():
        await two_workers.load.acknowledge(20)
        workers = two_workers.workers()
        os.killpg(two_workers.server.pid, signal.SIGINT)
        assert await asyncio.to_thread(two_workers.server.wait) == 0
        assert two_workers.postmaster is None
        assert not any(worker.is_running() for worker in workers)
        await two_workers.start_again(workers=2)


def _clients_of(worker: psutil.Process) -> int:
    return sum(connection.status == psutil.CONN_ESTABLISHED for connection in worker.net_connections("tcp"))
