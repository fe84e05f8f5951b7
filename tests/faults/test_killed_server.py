"""A server that is killed at any moment has kept what it acknowledged, once, and goes on from there."""

import asyncio
import random

import pytest

from tests.faults.conftest import Counted
from tests.faults.installation import Installation

SEEDS = [*range(3), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(3, 28))]
LONGEST_SECONDS = 1.5


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_killed_server_has_kept_what_it_acknowledged(
    installation: Installation, killed: Counted, seed: int
) -> None:
    moment = random.Random(seed).uniform(0, LONGEST_SECONDS)  # noqa: S311 - to be the same again
    async with installation.working():
        await installation.load.acknowledge(1)
        await asyncio.sleep(moment)
        installation.server.kill()
        killed()
        await installation.start_again()
        await installation.load.acknowledge(20)
