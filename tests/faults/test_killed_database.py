"""A database that is killed at any moment comes back by itself, and service with it; nothing acknowledged is lost."""

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.faults.conftest import Counted
from tests.faults.installation import Installation
from tests.faults.patience import until
from tests.faults.promises import LEDGER

SEEDS = [*range(3), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(3, 28))]
LONGEST_SECONDS = 1.5
ANSWER_SECONDS = 5.0
"""By when a request must be answered while the database is gone."""


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_killed_database_has_kept_what_was_acknowledged(
    installation: Installation, killed: Counted, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - to be the same again
    async with installation.working():
        await installation.load.acknowledge(1)
        await asyncio.sleep(chance.uniform(0, LONGEST_SECONDS))
        installation.kill_database(whole=chance.random() < 0.5)
        killed()
        await installation.load.acknowledge(20)
    assert set(installation.load.answers) <= {201, 202, 503}


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(1, 12))])
async def test_a_server_killed_together_with_its_database_has_kept_what_it_acknowledged(
    installation: Installation, killed: Counted, seed: int
) -> None:
    moment = random.Random(seed).uniform(0, LONGEST_SECONDS)  # noqa: S311 - to be the same again
    async with installation.working():
        await installation.load.acknowledge(1)
        await asyncio.sleep(moment)
        installation.server.kill()
        installation.kill_database(whole=True)
        killed()
        await installation.start_again()
        await installation.load.acknowledge(20)


async def test_while_the_database_is_gone_every_request_is_answered_503_in_time(
    installation: Installation, killed: Counted
) -> None:
    async with (
        installation.working(),
        httpx.AsyncClient(
            base_url=installation.server.base, headers=installation.load.headers, timeout=ANSWER_SECONDS
        ) as client,
    ):
        await installation.load.acknowledge(1)
        with _kept_from_starting(installation.database.cluster):
            installation.kill_database(whole=True)
            killed()
            health, listed, filed = await asyncio.gather(
                client.get("/api/v1/health"),
                client.get("/api/projects/ENG/tickets"),
                client.post("/api/projects/ENG/tickets", json={"title": "Never filed"}, headers={"Prefer": "dry-run"}),
            )
        assert (health.status_code, listed.status_code, filed.status_code) == (503, 503, 503)
        assert filed.headers["Retry-After"]
        assert filed.headers["Content-Type"].startswith("application/problem+json")
        await installation.load.acknowledge(20)


async def test_what_the_read_models_lost_with_the_database_comes_back_without_another_command(
    installation: Installation, killed: Counted
) -> None:
    load = installation.load
    async with httpx.AsyncClient(base_url=installation.server.base, headers=load.headers) as client:
        answer = await client.post("/api/projects/ENG/tickets", json={"title": "Filed just before"})
        installation.kill_database(whole=True)
        killed()
        filed = load.acknowledged["Filed just before"] = answer.json()["id"]
    with httpx.Client(base_url=installation.server.base, headers=load.headers, timeout=30) as client:
        await until(lambda: filed in client.get("/api/projects/ENG/tickets").text)


async def test_a_number_that_was_taken_before_a_crash_is_not_given_again(
    installation: Installation, killed: Counted
) -> None:
    async with installation.open() as before:
        taken = await before.log.take_number(LEDGER, "taken before a crash")
        installation.kill_database(whole=True)
        killed()
        await installation.database_is_back()
        assert await before.log.take_number(LEDGER, "taken before a crash") > taken


@contextmanager
def _kept_from_starting(cluster: Path) -> Iterator[None]:
    """PostgreSQL refuses to start on a configuration that it does not understand."""
    configuration = cluster / "postgresql.auto.conf"
    text = configuration.read_text()
    configuration.write_text(f"{text}not_a_setting = on\n")
    try:
        yield
    finally:
        configuration.write_text(text)
