"""Being forgotten: a person's key is destroyed, and every read model empties what it holds about them."""

from domain.kernel.event import Event, fact


@fact("person.forgotten")
class PersonForgotten(Event, frozen=True, kw_only=True):
    """From here on nothing personal about ``person_id`` can be read, neither before nor after this event.

    On the stream ``person_id``. Whoever appended it destroys the key; to do both again is harmless.
    """

    person_id: str
