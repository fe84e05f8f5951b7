"""``?as_of=``: a position or a time to look back to."""

from datetime import UTC, datetime
from typing import Annotated

from litestar.params import QueryParameter

from domain.kernel.errors import Invalid
from interfaces.http.ports import Ports
from projections.kernel.past import Past

AsOf = Annotated[
    str | None,
    QueryParameter(name="as_of", max_length=50, description="As of a position of the ledger or an ISO 8601 time"),
]
_LONGEST_POSITION = 18


def past(ports: Ports, ledger_id: str, as_of: str) -> Past:
    """Raises Invalid."""
    if as_of.isascii() and as_of.isdigit() and len(as_of) <= _LONGEST_POSITION:
        return Past(ports.log, ports.decoder, ledger_id, int(as_of))
    try:
        moment = datetime.fromisoformat(as_of)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid("as_of must be a position or an ISO 8601 time", field="as_of") from None
    return Past(ports.log, ports.decoder, ledger_id, moment)
