"""Two processes append to one ledger at once: positions have no hole, and what was acknowledged is there once."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from domain.kernel.errors import VersionConflict
from domain.kernel.log import ANY_VERSION, GENESIS_CHAIN, Append, Expectation, Receipt
from infra.audit import entry
from tests.contracts.event_log import append, event
from tests.threaded import Elsewhere, elsewhere

STREAMS = ("a", "b", "c")
COMMANDS = st.lists(
    st.tuples(st.booleans(), st.sampled_from(STREAMS), st.integers(1, 3), st.sampled_from(["any", "next", "stale"])),
    min_size=1,
    max_size=12,
)


class TwoProcesses(RuleBasedStateMachine):
    """The model: what was acknowledged, and the streams as they were last seen."""

    place: ClassVar[Elsewhere]

    def __init__(self) -> None:
        super().__init__()
        self.ledger_id = self.place.new_ledger()
        self.position = 0
        self.chain = GENESIS_CHAIN
        self.versions: Counter[str] = Counter()
        self.acknowledged: list[tuple[Append, Receipt]] = []

    @rule(commands=COMMANDS)
    def append_at_once(self, commands: list[tuple[bool, str, int, str]]) -> None:
        self.place.run(self._append_at_once(commands))

    async def _append_at_once(self, commands: list[tuple[bool, str, int, str]]) -> None:
        appends = [self._append(stream_id, count, mode) for _, stream_id, count, mode in commands]
        logs = [self.place.log if first else self.place.other_log for first, *_ in commands]
        waiting = [log.append(each) for log, each in zip(logs, appends, strict=True)]
        answers = await asyncio.gather(*waiting, return_exceptions=True)
        for each, answer in zip(appends, answers, strict=True):
            if isinstance(answer, Receipt):
                self.acknowledged.append((each, answer))
            else:
                assert isinstance(answer, VersionConflict)
                assert each.expectations
        won = sum(isinstance(answer, Receipt) for answer in answers)
        assert won or all(each.expectations for each in appends)

    def _append(self, stream_id: str, count: int, mode: str) -> Append:
        """``next`` and ``stale`` are right and wrong as far as is known before the others have appended."""
        known = self.versions[stream_id]
        match mode:
            case "next":
                events = [event(stream_id, known + 1 + n) for n in range(count)]
                return append(*events, ledger_id=self.ledger_id, expectations=[Expectation(stream_id, known)])
            case "stale":
                expected = [Expectation(stream_id, known + 7)]
                return append(event(stream_id, known + 8), ledger_id=self.ledger_id, expectations=expected)
            case _:
                events = [event(stream_id, ANY_VERSION) for _ in range(count)]
                return append(*events, ledger_id=self.ledger_id)

    @rule(pick=st.integers(0, 1000), first=st.booleans())
    def send_again(self, pick: int, first: bool) -> None:
        if self.acknowledged:
            sent, receipt = self.acknowledged[pick % len(self.acknowledged)]
            log = self.place.log if first else self.place.other_log

            async def again() -> Receipt:
                return await log.append(sent)

            answer = self.place.run(again())
            assert (answer.position, answer.events, answer.replayed) == (receipt.position, receipt.events, True)

    @invariant()
    def the_ledger_is_whole(self) -> None:
        self.place.run(self._the_ledger_is_whole())

    async def _the_ledger_is_whole(self) -> None:
        log = self.place.other_log
        head = await log.head(self.ledger_id)
        for stored in await log.read(self.ledger_id, after=self.position):
            self.position += 1
            self.versions[stored.stream_id] += 1
            assert (stored.position, stored.version) == (self.position, self.versions[stored.stream_id])
            assert stored.leaf == entry.leaf(entry.encode(stored, head.log_id))
            self.chain = entry.extend(self.chain, stored.leaf)
            assert stored.chain == self.chain
        assert (head.position, head.chain) == (self.position, self.chain)
        places = Counter(
            position
            for sent, receipt in self.acknowledged
            for position in range(receipt.position - len(sent.events) + 1, receipt.position + 1)
        )
        assert places == Counter(range(1, self.position + 1))


@pytest.fixture(scope="module")
def place() -> Iterator[Elsewhere]:
    with elsewhere() as place:
        yield place


def test_two_processes_leave_no_hole(place: Elsewhere) -> None:
    TwoProcesses.place = place
    run_state_machine_as_test(TwoProcesses, settings=settings(max_examples=20, stateful_step_count=12, deadline=None))
