"""Letting payloads go when a rule says so, and keeping those under a legal hold."""

import os
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from domain.kernel.errors import LogUnavailable
from domain.kernel.log import ANY_VERSION, Append, Metadata
from domain.kernel.retention import PayloadExpired, RetentionRule
from infra.eventlog.batch import STATEMENT, Batch
from infra.eventlog.codec import Codec, encode_metadata
from infra.postgres.errors import DatabaseUnavailable
from infra.postgres.pool import unavailable_when_gone
from projections.kernel.statements import Statements

sql = Statements("infra.eventlog", "retention.sql")
STREAM = "retention"
EXPIRY_SECONDS = 900
"""One statement goes through all that a rule covers."""
RECEIPT_LIFE = timedelta(hours=1)


class Retention:
    """Legal holds, and the one exception to append-only. Every call may raise LogUnavailable."""

    def __init__(self, pool: asyncpg.Pool, codec: Codec) -> None:
        self._pool = pool
        self._codec = codec

    async def place_hold(self, ledger_id: str, *, reason: str, stream_id: str = "", project_id: str = "") -> None:
        """No rule empties what is on the stream and of the project, or on the whole ledger if neither is given."""
        await self._call(sql.place_hold, ledger_id, stream_id, project_id, reason)

    async def lift_hold(self, ledger_id: str, *, stream_id: str = "", project_id: str = "") -> None:
        await self._call(sql.lift_hold, ledger_id, stream_id, project_id)

    async def expire(self, ledger_id: str, rule: RetentionRule, now: datetime) -> PayloadExpired | None:
        """Empty what the rule covers at ``now`` and append the fact, both or neither; None if there was nothing.

        Header, digest, leaf and chain of each event stay, so that every proof still verifies.
        """
        try:
            with unavailable_when_gone():
                async with self._pool.acquire() as connection, connection.transaction():
                    return await self._expire(connection, ledger_id, rule, now)
        except DatabaseUnavailable as error:
            raise LogUnavailable from error

    async def _expire(
        self, connection: Any, ledger_id: str, rule: RetentionRule, now: datetime
    ) -> PayloadExpired | None:
        await connection.execute(f"set local statement_timeout = '{EXPIRY_SECONDS}s'")
        emptied = await connection.fetchrow(
            sql.expire_payloads, ledger_id, rule.retention, now - rule.age, timeout=EXPIRY_SECONDS
        )
        if not emptied["expired"]:
            return None
        expired = PayloadExpired(
            originator_id=STREAM,
            timestamp=now,
            from_position=emptied["first_position"],
            to_position=emptied["last_position"],
            rule=rule.name,
        )
        metadata = encode_metadata(Metadata(command="expire_payloads"))
        event = await self._codec.encode(ledger_id, expired, version=ANY_VERSION, project_id="", metadata=metadata)
        append = Append(
            ledger_id=ledger_id, key=os.urandom(32), fingerprint=b"", expires_at=now + RECEIPT_LIFE, events=[event]
        )
        await connection.fetchrow(STATEMENT, *Batch([append]).arguments())
        return expired

    async def _call(self, statement: str, *args: Any) -> None:
        try:
            with unavailable_when_gone():
                await self._pool.execute(statement, *args)
        except DatabaseUnavailable as error:
            raise LogUnavailable from error
