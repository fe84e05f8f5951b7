"""Clients that file tickets without a pause, and remember what they were promised."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

import httpx

from tests.faults import patience
from tests.faults.patience import until

CONNECTIONS = 8
ANSWER_SECONDS = 10.0
BREATH_SECONDS = 0.05
FILED, ACCEPTED = 201, 202
"""Both are promises; the second comes when the ticket cannot be read yet."""
TICKETS = "/api/projects/ENG/tickets"


class Load:
    """Tickets filed in the project ENG, each under an Idempotency-Key that is its title.

    A client sends a command again, under its key, until it is acknowledged. ``acknowledged`` maps titles to the
    tickets' ids. ``answers`` counts status codes, and 0 for connections that broke; ``replayed`` the commands that had
    taken effect although nobody was told so.
    """

    def __init__(self, base: str, token: str) -> None:
        self._base = base
        self.headers = {"Authorization": token}
        self._numbers = count(1)
        self.acknowledged: dict[str, str] = {}
        self.answers: Counter[int] = Counter()
        self.replayed = 0

    @asynccontextmanager
    async def running(self, connections: int = CONNECTIONS) -> AsyncIterator[None]:
        """The clients work until the end of the block; what they have sent by then is still seen through."""
        over = asyncio.Event()
        clients = [asyncio.create_task(self._keep_filing(over)) for _ in range(connections)]
        try:
            yield
        finally:
            over.set()
            async with asyncio.timeout(patience.SECONDS):
                await asyncio.gather(*clients)

    async def acknowledge(self, tickets: int) -> None:
        """Wait until so many more are acknowledged."""
        wanted = len(self.acknowledged) + tickets
        await until(lambda: len(self.acknowledged) >= wanted)

    async def _keep_filing(self, over: asyncio.Event) -> None:
        async with httpx.AsyncClient(base_url=self._base, headers=self.headers, timeout=ANSWER_SECONDS) as client:
            while not over.is_set():
                title = f"Ticket {next(self._numbers)}"
                while title not in self.acknowledged:
                    await self._file(client, title)

    async def _file(self, client: httpx.AsyncClient, title: str) -> None:
        try:
            answer = await client.post(TICKETS, json={"title": title}, headers={"Idempotency-Key": title})
        except httpx.TransportError:
            self.answers[0] += 1
            await asyncio.sleep(BREATH_SECONDS)
            return
        self.answers[answer.status_code] += 1
        if answer.status_code in {FILED, ACCEPTED}:
            body = answer.json()
            self.acknowledged[title] = body["id"] if answer.status_code == FILED else body["result"]
            self.replayed += "Idempotency-Replayed" in answer.headers
        else:
            await asyncio.sleep(BREATH_SECONDS)
