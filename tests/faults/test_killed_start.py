"""A server that is killed while it starts, even for the first time, starts when it is told to again."""

import asyncio
import random
from pathlib import Path

import pytest

from tests.faults.conftest import Counted
from tests.faults.installation import Installation
from tests.server import ServerProcess

LONGEST_SECONDS = 2.5
SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(1, 11))]


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_server_killed_while_it_recovers_has_kept_what_it_acknowledged(
    installation: Installation, killed: Counted, seed: int
) -> None:
    async with installation.working():
        await installation.load.acknowledge(20)
        installation.server.kill()
        installation.kill_database(whole=True)
        installation.server.launch()
        await asyncio.sleep(random.Random(seed).uniform(0, LONGEST_SECONDS))  # noqa: S311 - to be the same again
        installation.server.kill()
        killed()
        await installation.start_again()
        await installation.load.acknowledge(20)


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_server_killed_during_its_first_start_starts_afresh(data_dir: Path, killed: Counted, seed: int) -> None:
    server = ServerProcess(data_dir)
    server.launch()
    await asyncio.sleep(random.Random(seed).uniform(0, LONGEST_SECONDS))  # noqa: S311 - to be the same again
    server.kill()
    killed()
    await asyncio.to_thread(server.start)
    assert server.stop() == 0
