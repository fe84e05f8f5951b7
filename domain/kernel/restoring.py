"""Being restored: a ledger goes on from a backup, and says so."""

from datetime import datetime

from domain.kernel.command import Command, handles
from domain.kernel.errors import Forbidden
from domain.kernel.event import Event, fact
from domain.kernel.unit import Unit

RESTORES = "restores"
"""The stream that tells of every restore of a ledger."""


@fact("ledger.restored")
class LedgerRestored(Event, frozen=True, kw_only=True):
    """What was appended after position ``at`` and not backed up is lost: the ledger has a new log id from here on.

    ``from_log_id`` is the id it had, ``backed_up_at`` when the backup was made.
    """

    from_log_id: str
    at: int
    backed_up_at: datetime


class RecordRestore(Command, frozen=True, kw_only=True):
    """The caller has restored the ledger and given it its new log id."""

    from_log_id: str
    at: int
    backed_up_at: datetime


@handles(RecordRestore)
async def record_restore(command: RecordRestore, unit: Unit) -> None:
    if not unit.actor.admin:
        raise Forbidden
    unit.record(
        LedgerRestored(
            originator_id=RESTORES,
            timestamp=unit.now,
            from_log_id=command.from_log_id,
            at=command.at,
            backed_up_at=command.backed_up_at,
        )
    )
