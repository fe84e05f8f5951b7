"""Payloads that a rule let go: the events stand, their contents are gone."""

from datetime import timedelta

import msgspec

from domain.kernel.event import Event, fact


class RetentionRule(msgspec.Struct, frozen=True):
    """Payloads of events whose class has this ``retention`` go once they were recorded longer than ``age`` ago."""

    name: str
    retention: int
    age: timedelta


@fact("payload.expired")
class PayloadExpired(Event, frozen=True, kw_only=True):
    """A rule emptied payloads between two positions, both included; those under a legal hold are still there."""

    from_position: int
    to_position: int
    rule: str
