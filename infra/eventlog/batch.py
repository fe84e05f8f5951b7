"""One batch of appends as the arrays that ``ledger.append_batch`` takes."""

import os
from collections.abc import Sequence
from typing import Any

from domain.kernel.errors import ClaimTaken, KeyReused, Refusal, VersionConflict
from domain.kernel.log import Append, Receipt
from infra.audit.entry import SALT_BYTES, payload_digest, pieces

STATEMENT = f"select * from ledger.append_batch({', '.join(f'${n}' for n in range(1, 34))})"  # noqa: S608 - numbers


class Batch:
    """Appends in the order in which they take their turn. Indexes are 1-based, as PostgreSQL counts."""

    def __init__(self, appends: Sequence[Append]) -> None:
        self._appends = appends
        self._ledgers = sorted({append.ledger_id for append in appends})
        self._ledger_index = {ledger_id: n for n, ledger_id in enumerate(self._ledgers, 1)}
        self._streams: dict[tuple[int, str], int] = {}
        self._values: dict[tuple[str, str, bytes], int] = {}

    def arguments(self) -> tuple[Any, ...]:
        """The arguments of STATEMENT."""
        expectations, claims, events = self._expectations(), self._claims(), self._events()
        return (
            self._ledgers,
            [self._ledger_index[append.ledger_id] for append in self._appends],
            [append.key for append in self._appends],
            [append.fingerprint for append in self._appends],
            [append.result for append in self._appends],
            [append.expires_at for append in self._appends],
            [ledger for ledger, _ in self._streams],
            [stream for _, stream in self._streams],
            *expectations,
            *_columns(list(self._values), 3),
            *claims,
            *events,
        )

    def _stream(self, ledger_id: str, stream_id: str) -> int:
        return self._streams.setdefault((self._ledger_index[ledger_id], stream_id), len(self._streams) + 1)

    def _expectations(self) -> list[list[Any]]:
        rows = [
            (command, self._stream(append.ledger_id, expected.stream_id), expected.version)
            for command, append in enumerate(self._appends, 1)
            for expected in append.expectations
        ]
        return _columns(rows, 3)

    def _claims(self) -> list[list[Any]]:
        rows: list[tuple[Any, ...]] = []
        for command, append in enumerate(self._appends, 1):
            for claim in append.claims:
                value = ("" if claim.everywhere else append.ledger_id, claim.scope, claim.value_hash)
                index = self._values.setdefault(value, len(self._values) + 1)
                rows.append((command, index, claim.subject, claim.release))
        return _columns(rows, 4)

    def _events(self) -> list[list[Any]]:
        rows: list[tuple[Any, ...]] = []
        salts = os.urandom(SALT_BYTES * sum(len(append.events) for append in self._appends))
        for command, append in enumerate(self._appends, 1):
            for event in append.events:
                salt = salts[SALT_BYTES * len(rows) : SALT_BYTES * (len(rows) + 1)]
                digest = payload_digest(salt, event.data)
                rows.append(
                    (
                        command,
                        self._stream(append.ledger_id, event.stream_id),
                        event.version,
                        event.type,
                        event.schema,
                        event.occurred_at,
                        event.project_id,
                        event.metadata,
                        digest,
                        salt,
                        event.data,
                        event.retention,
                        *pieces(event, digest),
                    )
                )
        return _columns(rows, 15)

    def outcomes(self, answer: Any, retried: bool) -> list[Receipt | Refusal]:
        """What the function's answer means for each append.

        ``retried``: an earlier try may have committed, so a receipt found under the same key is our own.
        """
        results: list[Receipt | Refusal] = []
        values = list(self._values)
        for append, outcome, position, events, kept, culprit in zip(self._appends, *answer, strict=True):
            match outcome:
                case 0:
                    results.append(Receipt(position, events, append.fingerprint, append.result))
                case 1:
                    results.append(Receipt(position, events, append.fingerprint, kept, replayed=not retried))
                case 2:
                    results.append(VersionConflict())
                case 3:
                    results.append(ClaimTaken(values[culprit - 1][1]))
                case _:
                    results.append(KeyReused())
        return results


def _columns(rows: Sequence[Sequence[Any]], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]
