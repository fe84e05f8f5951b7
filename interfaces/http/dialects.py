"""Where two products meet on one route, the credential tells which of them the client knows. See ADR 0005."""

from interfaces.http.principal import Principal

_TRACKER_CLIENTS = frozenset({"session", "tracker_key"})


def knows_pages(principal: Principal) -> bool:
    """Whether lists of projects come as ``{data, meta}``; clients of the tracker know a bare array."""
    return principal.kind not in _TRACKER_CLIENTS


def shouts(principal: Principal) -> bool:
    """Whether ticket types and priorities are written ``Task`` and ``Medium``; tracker keys know lower case."""
    return principal.kind != "tracker_key"


def deletion(principal: Principal) -> tuple[int, dict[str, bool] | None]:
    """Status and body of the answer to the deletion of a project."""
    return (204, None) if principal.kind == "access_token" else (200, {"success": True})
