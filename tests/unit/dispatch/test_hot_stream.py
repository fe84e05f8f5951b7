"""Commands on one stream take turns, and none waits for the disk of another."""

import asyncio
from collections.abc import Awaitable

import pytest

from domain.kernel.dispatch import Outcome
from domain.kernel.log import Append, Receipt
from infra.dispatch.turns import Turns
from tests.ledgers import LEDGER, SlowLog, context, dispatcher_on
from tests.samples.jar import EmptyJar, FillJar, JarCommand, NotEnoughCoins, OpenJar


class CountingLog(SlowLog):
    def __init__(self) -> None:
        super().__init__()
        self.appends = 0

    def append(self, append: Append) -> Awaitable[Receipt]:
        self.appends += 1
        asyncio.get_running_loop().call_soon(self.commit)
        return super().append(append)


@pytest.fixture
async def log() -> CountingLog:
    log = CountingLog()
    await log.create_ledger(LEDGER, "default")
    return log


async def test_many_commands_on_one_stream_at_once_are_each_appended_once(log: CountingLog) -> None:
    dispatcher = dispatcher_on(log)
    jar_id = (await dispatcher.dispatch(OpenJar(label="tea"), context())).result.id
    filling = (dispatcher.dispatch(FillJar(jar_id=jar_id, coins=1), context()) for _ in range(64))
    outcomes = await asyncio.gather(*filling)
    assert sorted(outcome.position for outcome in outcomes) == list(range(2, 66))
    assert log.appends == 65


async def test_refusals_between_them_cost_nobody_a_second_try(log: CountingLog) -> None:
    dispatcher = dispatcher_on(log)
    jar_id = (await dispatcher.dispatch(OpenJar(label="tea"), context())).result.id
    commands: list[JarCommand] = []
    for _ in range(32):
        commands += [FillJar(jar_id=jar_id, coins=1), EmptyJar(jar_id=jar_id, coins=1000)]
    answers = await asyncio.gather(
        *(dispatcher.dispatch(command, context()) for command in commands), return_exceptions=True
    )
    assert sum(isinstance(answer, Outcome) for answer in answers) == 32
    assert sum(isinstance(answer, NotEnoughCoins) for answer in answers) == 32
    assert log.appends == 33


async def test_turns_are_taken_in_the_order_of_asking_and_nothing_is_left_behind() -> None:
    turns, order = Turns(), []

    async def take(number: int) -> None:
        async with turns.turn(LEDGER, "s"):
            await asyncio.sleep(0)
            order.append(number)

    await asyncio.gather(*(take(number) for number in range(5)))
    assert order == [0, 1, 2, 3, 4]
    assert not turns._locks
