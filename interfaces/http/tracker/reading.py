"""Words and moments in bodies of the tracker: any case, dates with or without a time."""

from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import TypeVar

from msgspec import UNSET, UnsetType

from interfaces.http.problems import BadInput, Detail

E = TypeVar("E", bound=StrEnum)
_DATE_LENGTH = len("2026-01-01")


class Reading:
    """Collects what is wrong and raises it as one BadInput when the ``with`` block is left: every field is named."""

    def __init__(self) -> None:
        self._faults: list[Detail] = []

    def __enter__(self) -> "Reading":
        return self

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        if failed is None and self._faults:
            raise BadInput(self._faults)

    def word(self, kind: type[E], text: str | UnsetType, field: str, otherwise: E) -> E:
        """A value of ``kind`` in any case, or ``otherwise`` when the field is absent or wrong."""
        if text is UNSET:
            return otherwise
        try:
            return kind(text.lower())
        except ValueError:
            self._faults.append(Detail(field, f"Must be one of {', '.join(kind)}"))
            return otherwise

    def moment(self, text: str | UnsetType | None, field: str) -> datetime | None:
        """An ISO 8601 date or time, in UTC unless it says otherwise; a date is its midnight."""
        if text is None or text is UNSET:
            return None
        try:
            if len(text) == _DATE_LENGTH:
                return datetime.combine(date.fromisoformat(text), time(), UTC)
            moment = datetime.fromisoformat(text)
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (ValueError, OverflowError):
            self._faults.append(Detail(field, "Must be an ISO 8601 date or time"))
            return None
