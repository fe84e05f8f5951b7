"""Times as the contracts write them."""

from datetime import UTC, datetime


def stamp(at: datetime) -> str:
    """ISO 8601 in UTC with milliseconds: ``2026-01-01T12:00:00.000Z``."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
