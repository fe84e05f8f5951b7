"""Two processes with one log in memory and one master key."""

import pytest

from infra.dispatch.dispatcher import CommandDispatcher
from infra.eventlog.memory import MemoryLog
from infra.keys.memory import MemoryVault
from infra.keys.ring import KeyRing
from tests.ledgers import LEDGER, MASTER, dispatcher_on


@pytest.fixture
async def log() -> MemoryLog:
    log = MemoryLog()
    await log.create_ledger(LEDGER, "default")
    return log


@pytest.fixture
def ring() -> KeyRing:
    return KeyRing(MASTER, MemoryVault())


@pytest.fixture
def dispatcher(log: MemoryLog, ring: KeyRing) -> CommandDispatcher:
    return dispatcher_on(log, ring)


@pytest.fixture
def other_process(log: MemoryLog, ring: KeyRing) -> CommandDispatcher:
    return dispatcher_on(log, ring)
