"""Signing in, as the ledger tells it."""

from domain.kernel.event import Event, fact


@fact("session.started")
class SessionStarted(Event, frozen=True, kw_only=True):
    """Somebody signed in. On a stream of its own: the session itself is a signed token, and nothing decides by this."""

    user_id: str
