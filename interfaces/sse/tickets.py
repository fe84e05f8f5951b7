"""Stream tickets: a browser's EventSource cannot send headers, and a token does not belong in a URL.

A ticket is kept as a receipt of the log, so that any process can redeem it; redeeming leaves another receipt, which
makes it good for one stream. Neither is an event, and both expire.
"""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from domain.kernel.ids import main_ledger
from domain.kernel.log import Append, EventLog, Receipt
from interfaces.http.principal import Principal
from interfaces.sse.errors import BadTicket

LIFETIME = timedelta(seconds=60)


class Ticket(msgspec.Struct, frozen=True, rename="camel"):
    ticket: str
    expires_at: datetime


class _Kept(msgspec.Struct, frozen=True):
    principal: Principal
    expires_at: datetime


class Tickets:
    def __init__(self, log: EventLog, now: Callable[[], datetime]) -> None:
        self._log = log
        self._now = now

    async def issue(self, principal: Principal) -> Ticket:
        """Good once, for ``LIFETIME``, with the rights of whoever asks."""
        ticket = f"{principal.tenant_id}.{secrets.token_urlsafe(32)}"
        kept = _Kept(principal, self._now() + LIFETIME)
        await self._keep(principal.ledger_id, _key("issued", ticket), kept)
        return Ticket(ticket, kept.expires_at)

    async def redeem(self, ticket: str) -> Principal:
        """Raises BadTicket."""
        ledger_id = main_ledger(ticket.rpartition(".")[0])
        receipt = await self._log.receipt(ledger_id, _key("issued", ticket))
        if receipt is None:
            raise BadTicket
        kept = msgspec.json.decode(receipt.result, type=_Kept)
        if kept.expires_at <= self._now():
            raise BadTicket
        if (await self._keep(ledger_id, _key("redeemed", ticket), kept)).replayed:
            raise BadTicket
        return kept.principal

    async def _keep(self, ledger_id: str, key: bytes, kept: _Kept) -> Receipt:
        expires_at = self._now() + 2 * LIFETIME
        return await self._log.append(
            Append(ledger_id, key, b"", expires_at, events=(), result=msgspec.json.encode(kept))
        )


def _key(what: str, ticket: str) -> bytes:
    return hashlib.sha256(f"stream-ticket {what} {ticket}".encode()).digest()
