"""Who may see which event. Rights are those of now, also for events of the past."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import msgspec

from domain.kernel.event import UnknownEvent
from interfaces.http.principal import Principal
from interfaces.sse.entry import MEMBERSHIP, Entry

GRANTS = frozenset({"project.member_added", "user.admin_granted"})
WITHDRAWALS = frozenset({"project.member_removed", "user.admin_revoked"})
ENDS_LOGINS = frozenset({"user.closed", "user.disabled", "user.password_changed", "user.signed_out_everywhere"})
ENDS_TOKENS = frozenset(
    {"user.closed", "user.disabled", "access_token.revoked", "tracker_key.replaced", "tracker_key.revoked"}
)
ENDS_ACCESS = ENDS_LOGINS | ENDS_TOKENS
AUDIT = "audit:export"


class Rights(msgspec.Struct, frozen=True):
    """What readers may see beside their own account: the whole ledger, every project's events, or those of some."""

    whole: bool = False
    every_project: bool = False
    projects: frozenset[str] = frozenset()

    def sees(self, entry: Entry) -> bool:
        return self.whole or entry.project_id in self.projects or (self.every_project and bool(entry.project_id))

    def sees_for(self, user_id: str, entry: Entry) -> bool:
        """The same for one user, whose account is theirs to see."""
        return self.sees(entry) or entry.account == user_id


class MembershipSource(Protocol):
    async def memberships(self, ledger_id: str) -> tuple[int, Sequence[tuple[str, str]]]:
        """All (user id, project id) pairs of living projects, and the position that they were read at."""
        ...


class Memberships:
    """Who belongs to which project of one ledger, moved by the events that pass."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        projects: dict[str, set[str]] = {}
        for user_id, project_id in pairs:
            projects.setdefault(user_id, set()).add(project_id)
        self._projects = {user_id: frozenset(ids) for user_id, ids in projects.items()}
        self._admins: dict[str, bool] = {}

    def move(self, entry: Entry) -> bool:
        """Take in one event; whether it changed what anybody sees.

        Raises UnknownEvent for a membership of a newer release: rights would be wrong from there on.
        """
        if entry.type in MEMBERSHIP and entry.event is None:
            raise UnknownEvent(f"{entry.type} at position {entry.position} has schema {entry.schema}")
        user_id, own = entry.account, self._projects.get(entry.account, frozenset())
        match entry.type:
            case "project.member_added":
                self._projects[user_id] = own | {entry.project_id}
            case "project.member_removed":
                self._projects[user_id] = own - {entry.project_id}
            case "user.admin_granted" | "user.admin_revoked":
                self._admins[user_id] = entry.type == "user.admin_granted"
            case _:
                return False
        return True

    def rights_of(self, principal: Principal) -> Rights:
        """A token shows what its abilities name: an administrator's the whole ledger only with ``audit:export``."""
        admin = self._admins.get(principal.user_id, principal.admin)
        if is_auditor(principal) or (admin and principal.abilities is None):
            return Rights(whole=True)
        if admin:
            return Rights(every_project=True)
        return Rights(projects=self._projects.get(principal.user_id, frozenset()))


def is_auditor(principal: Principal) -> bool:
    """Whether the credential itself opens the whole ledger."""
    return AUDIT in (principal.abilities or ())


def segments(entries: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    """Cut before each command that grants and after each withdrawal: whoever gains access sees the event that says so
    and its whole command, whoever loses access sees the event that says so and nothing after it.
    """
    start = 0
    for index, entry in enumerate(entries):
        if entry.type in GRANTS:
            begin = index
            while begin > start and entries[begin - 1].metadata.command_key == entry.metadata.command_key:
                begin -= 1
            if begin > start:
                yield entries[start:begin]
                start = begin
        elif entry.type in WITHDRAWALS:
            yield entries[start : index + 1]
            start = index + 1
    if start < len(entries):
        yield entries[start:]


def ends(entry: Entry, principal: Principal) -> bool:
    """Whether this event takes the credential away that a stream was opened with."""
    if principal.kind in {"session", "jwt"}:
        return entry.type in ENDS_LOGINS and entry.stored.stream_id == principal.user_id
    return entry.type in ENDS_TOKENS and entry.stored.stream_id in {principal.user_id, principal.token_id}
