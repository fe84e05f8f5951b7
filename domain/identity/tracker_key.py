"""The key with which a user's agent works in the tracker: one for each user."""

from typing import Self

from eventsourcing.domain import event

from domain.kernel.aggregate import Aggregate, Event, FirstEvent
from domain.kernel.personal import Personal


class TrackerKey(Aggregate):
    """``key_hash`` is ``""`` while there is none. Every key brings an agent of its own; the earlier one is gone."""

    class Issued(FirstEvent, frozen=True, kw_only=True):
        user_id: str
        key_hash: str
        key_hint: str
        agent_id: str
        agent_name: Personal[str]

    class Replaced(Event, frozen=True, kw_only=True):
        """Also after a revocation."""

        key_hash: str
        key_hint: str
        agent_id: str
        agent_name: Personal[str]

    class Revoked(Event, frozen=True, kw_only=True):
        pass

    @event(Issued)
    def __init__(self, user_id: str, key_hash: str, key_hint: str, agent_id: str, agent_name: Personal[str]) -> None:
        self.project_id = None
        self.user_id = user_id
        self.key_hash, self.key_hint = key_hash, key_hint
        self.agent_id, self.agent_name = agent_id, agent_name

    @staticmethod
    def id_for(user_id: str) -> str:
        """The id follows from the user's, so that nobody can have two."""
        return f"tracker-key-{user_id}"

    @classmethod
    def issue(cls, user_id: str, *, key_hash: str, key_hint: str, agent_id: str, agent_name: str) -> Self:
        return cls._create(
            cls.Issued,
            id=cls.id_for(user_id),
            user_id=user_id,
            key_hash=key_hash,
            key_hint=key_hint,
            agent_id=agent_id,
            agent_name=Personal(user_id, agent_name),
        )

    def replace(self, *, key_hash: str, key_hint: str, agent_id: str, agent_name: str) -> None:
        self._replaced(
            key_hash=key_hash, key_hint=key_hint, agent_id=agent_id, agent_name=Personal(self.user_id, agent_name)
        )

    @event(Replaced)
    def _replaced(self, key_hash: str, key_hint: str, agent_id: str, agent_name: Personal[str]) -> None:
        self.key_hash, self.key_hint = key_hash, key_hint
        self.agent_id, self.agent_name = agent_id, agent_name

    @event(Revoked)
    def revoke(self) -> None:
        self.key_hash = self.key_hint = ""
