"""From events to the tracker's messages: which type a client hears of, with which ids.

The messages are the union of the tracker's two published shapes: flat ids, and ``data`` with the object or its id.
"""

from datetime import UTC, datetime
from typing import Any

import msgspec

from interfaces.sse.entry import Entry

_PROJECT_CHANGES = frozenset({"renamed", "key_changed", "described", "recoloured", "add_column_button_configured"})
_SILENT = frozenset({"subtask_attached", "subtask_detached"})
"""Bookkeeping of a parent: the subtask's own message tells it."""
_USER_CHANGES: dict[str, dict[str, Any]] = {
    "user.admin_granted": {"isSystemAdmin": True},
    "user.admin_revoked": {"isSystemAdmin": False},
    "user.enabled": {"isActive": True},
    "user.disabled": {"isActive": False, "sessionInvalidated": True},
    "user.closed": {"isActive": False, "sessionInvalidated": True},
    "user.password_changed": {"sessionInvalidated": True},
    "user.signed_out_everywhere": {"sessionInvalidated": True},
    "tracker_key.issued": {"mcpKeyUpdated": True},
    "tracker_key.replaced": {"mcpKeyUpdated": True},
    "tracker_key.revoked": {"mcpKeyUpdated": True},
}
_MEMBER_CHANGES = {
    "project.member_added": "member.added",
    "project.member_removed": "member.removed",
    "project.member_role_changed": "member.role.updated",
    "project.member_overrides_changed": "member.role.updated",
}


def facts(entry: Entry) -> dict[str, Any]:
    """The event's own fields."""
    read: dict[str, Any] = msgspec.json.decode(entry.data or b"{}")
    return read


def ticket_kind(entry: Entry) -> str | None:
    """``ticket.moved`` is into another column, or any move of several tickets at once."""
    subject, _, verb = entry.type.partition(".")
    if subject != "ticket" or verb in _SILENT:
        return None
    if verb in {"created", "deleted", "sprint_changed"}:
        return entry.type
    if verb == "moved":
        moved = facts(entry)
        if moved["from_column_id"] != moved["column_id"] or entry.metadata.command == "move_tickets":
            return entry.type
    return "ticket.updated"


def project_kind(entry: Entry) -> str | None:
    subject, _, verb = entry.type.partition(".")
    if subject != "project":
        return None
    if verb in {"created", "deleted"}:
        return entry.type
    return "project.updated" if verb in _PROJECT_CHANGES else None


def account_kind(entry: Entry) -> str | None:
    """Of the users stream: changes of accounts and of memberships."""
    if entry.type in _USER_CHANGES or entry.type in {"user.renamed", "user.avatar_color_changed"}:
        return "user.updated"
    return _MEMBER_CHANGES.get(entry.type)


def ticket_message(kind: str, entry: Entry) -> dict[str, Any]:
    ticket_id = entry.stored.stream_id
    return {
        "type": kind,
        "projectId": entry.project_id,
        "ticketId": ticket_id,
        "userId": entry.metadata.actor,
        "data": _object(kind, entry, {"id": ticket_id, "projectId": entry.project_id}),
        **_envelope(entry),
    }


def project_message(kind: str, entry: Entry) -> dict[str, Any]:
    project_id = entry.stored.stream_id
    return {
        "type": kind,
        "projectId": project_id,
        "userId": entry.metadata.actor,
        "data": _object(kind, entry, {"id": project_id}),
        **_envelope(entry),
    }


def account_message(kind: str, entry: Entry) -> dict[str, Any]:
    if kind == "user.updated":
        changes = _user_changes(entry)
        return {
            "type": kind,
            "userId": entry.account,
            "changes": changes,
            "data": {"id": entry.account, **changes},
            **_envelope(entry),
        }
    member = facts(entry)
    changes = {"roleId": member["role_id"]} if "role_id" in member else {}
    return {
        "type": kind,
        "projectId": entry.project_id,
        "memberId": member["member_id"],
        "targetUserId": member["user_id"],
        "userId": entry.metadata.actor,
        "changes": changes,
        "data": {"id": member["member_id"], "projectId": entry.project_id, "userId": member["user_id"], **changes},
        **_envelope(entry),
    }


def _object(kind: str, entry: Entry, ids: dict[str, str]) -> Any:
    if kind.endswith(".deleted"):
        return {"id": ids["id"]}
    return entry.picture if bytes(entry.picture) else ids


def _user_changes(entry: Entry) -> dict[str, Any]:
    match entry.type:
        case "user.renamed":
            return {"name": facts(entry)["name"]}
        case "user.avatar_color_changed":
            return {"avatarColor": facts(entry)["color"]}
        case _:
            return _USER_CHANGES[entry.type]


def _envelope(entry: Entry) -> dict[str, str]:
    tab_id = entry.metadata.tab_id
    timestamp = {"timestamp": _milliseconds(entry.stored.occurred_at)}
    return {"tabId": tab_id, **timestamp} if tab_id else timestamp


def _milliseconds(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
