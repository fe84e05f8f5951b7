"""Where a unit of work gets aggregates, holders, numbers and ids."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from domain.kernel.aggregate import Aggregate
from domain.kernel.log import EventLog
from infra.dispatch.repository import Repository

A = TypeVar("A", bound=Aggregate)
ClaimHash = Callable[[str, str], bytes]


class CommandSource:
    """Implements ``domain.kernel.unit.Source`` for one command.

    Numbers and ids are kept in the order in which they were asked for: a command that is run again after a conflict
    gets the same ones. In a ``rehearsal`` no number is taken, 0 stands for each.
    """

    def __init__(
        self,
        ledger_id: str,
        log: EventLog,
        repository: Repository,
        claim_hash: ClaimHash,
        make_id: Callable[[], str],
        *,
        rehearsal: bool,
    ) -> None:
        self._ledger_id = ledger_id
        self._log = log
        self._repository = repository
        self._claim_hash = claim_hash
        self._make_id = make_id
        self._rehearsal = rehearsal
        self._given: list[Any] = []
        self._next = 0

    def rewind(self) -> None:
        """The command is run again."""
        self._next = 0

    async def load(self, kind: type[A], aggregate_id: str) -> A | None:  # noqa: ARG002 - the unit checks the kind
        return cast("A | None", await self._repository.check_out(self._ledger_id, aggregate_id))

    async def holder(self, scope: str, value: str, *, everywhere: bool) -> str | None:
        value_hash = self._claim_hash(scope, value)
        if everywhere:
            found = await self._log.look_up(scope, value_hash)
            return found[1] if found else None
        return await self._log.find_claim(self._ledger_id, scope, value_hash)

    async def number(self, name: str) -> int:
        if self._rehearsal:
            return 0
        if self._next == len(self._given):
            self._given.append(await self._log.take_number(self._ledger_id, name))
        return cast("int", self._give())

    def new_id(self) -> str:
        if self._next == len(self._given):
            self._given.append(self._make_id())
        return cast("str", self._give())

    def _give(self) -> Any:
        self._next += 1
        return self._given[self._next - 1]
