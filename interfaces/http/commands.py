"""The one way in which a route sends a command: what the headers ask for, read-your-writes, and answers to replays.

return await run(request, CreateTicket(...), lambda ticket_id: ticket_by_id(ports.reader, ledger_id, ticket_id))
"""

import hashlib
import re
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from litestar import Request, Response

from domain.kernel.aggregate import Aggregate
from domain.kernel.command import Command
from domain.kernel.dispatch import Context, Outcome
from domain.kernel.errors import Conflict, Invalid, NotFound
from domain.kernel.ids import DEFAULT_TENANT, main_ledger
from domain.kernel.unit import Actor
from interfaces.http.ports import Ports, ports_of
from interfaces.http.principal import VIA, Principal

READ_YOUR_WRITES = 2.0
"""Seconds that a response waits for the read models to show what the command did."""
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_PRINTABLE = re.compile(r"[\x20-\x7e]{1,255}")
_ENTITY_TAG = re.compile(r'(?:W/)?"(\d{1,18})"')


class Versioned(msgspec.Struct, frozen=True):
    """A body with the version of the stream it shows; the version becomes the ETag."""

    body: Any
    version: int


class SecretAlreadyShown(Conflict):
    """The secret was shown in the first answer and is not shown again."""


def identity(result: Any) -> Any:
    """What is remembered of a result unless a route says otherwise: an aggregate's id, or the JSON value itself."""
    return result.id if isinstance(result, Aggregate) else result


async def run(
    request: Request[Any, Any, Any],
    command: Command,
    answer: Callable[[Any], Awaitable[Any]],
    *,
    remember: Callable[[Any], Any] = identity,
    status: int = 200,
    stream: str | None = None,
    once: bool = False,
    ledger_id: str | None = None,
    actor: Actor | None = None,
) -> Response[Any]:
    """Dispatch a command, wait until it can be read, and answer.

    ``answer`` makes the body (or a ``Versioned`` one) from what ``remember`` kept of the handler's result, so that a
    replay of the same Idempotency-Key is answered by the same code. ``stream`` is what If-Match speaks of, the
    command's primary stream by default. ``once`` is for answers that show a secret: they get the handler's result
    itself, and a replay is refused. ``ledger_id`` and ``actor`` are for callers who have no credential yet.

    Raises any refusal of the command, SecretAlreadyShown.
    """
    ports = ports_of(request)
    preferences = _preferences(request)
    context = await context_of(request, command, stream=stream, ledger_id=ledger_id, actor=actor)
    outcome = await ports.dispatcher.dispatch(command, context, remember=remember)
    if outcome.events or context.dry_run:
        return _rehearsal(outcome)
    if once and outcome.replayed:
        raise SecretAlreadyShown
    kept = outcome.result if once or outcome.replayed else remember(outcome.result)
    headers = {"Idempotency-Replayed": "true"} if outcome.replayed else {}
    if "respond-async" in preferences and not once:
        return _accepted(request, outcome, kept, {**headers, "Preference-Applied": "respond-async"})
    reached = await settle(request, ports, context.ledger_id, outcome)
    try:
        body = await answer(kept)
    except NotFound:
        if reached:
            raise
        return _accepted(request, outcome, kept, headers)
    return respond(body, status=status, headers=headers)


async def settle(request: Request[Any, Any, Any], ports: Ports, ledger_id: str, outcome: Outcome) -> bool:
    """Wait until what a command did can be read, and let the response tell the position; False after 2 s."""
    reached = await ports.progress.reached(ledger_id, outcome.position, types=outcome.types, timeout=READ_YOUR_WRITES)
    _show_position(request, outcome.position if reached else ports.progress.position(ledger_id))
    return reached


def respond(body: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Response[Any]:
    """A response with the body, and the ETag of a ``Versioned`` one."""
    headers = dict(headers or {})
    if isinstance(body, Versioned):
        headers["ETag"] = f'"{body.version}"'
        body = body.body
    return Response(body, status_code=status, headers=headers)


async def context_of(
    request: Request[Any, Any, Any],
    command: Command,
    *,
    stream: str | None = None,
    ledger_id: str | None = None,
    actor: Actor | None = None,
) -> Context:
    """All that the request says about a command beside the command itself. Raises Invalid."""
    principal: Principal | None = request.scope.get("principal")  # type: ignore[assignment]
    actor = actor or (principal.actor if principal else Actor())
    ledger_id = ledger_id or (principal.ledger_id if principal else main_ledger(DEFAULT_TENANT))
    key, fingerprint = await _command_key(request, command, f"{ledger_id} {actor.id}")
    headers = request.headers
    traceparent = headers.get("traceparent", "")
    return Context(
        ledger_id=ledger_id,
        actor=actor,
        key=key,
        fingerprint=fingerprint,
        correlation_id=request.scope["correlation_id"],  # type: ignore[typeddict-item]
        traceparent=traceparent if _TRACEPARENT.fullmatch(traceparent) else "",
        via=VIA[principal.kind] if principal else "",
        tab_id=_printable(headers.get("x-tab-id", ""), "X-Tab-Id"),
        dry_run="dry-run" in _preferences(request),
        if_match=_if_match(headers.get("if-match", ""), stream or command.primary_stream()),
    )


async def _command_key(request: Request[Any, Any, Any], command: Command, who: str) -> tuple[bytes | None, bytes]:
    """SHA-256 over who, where and the client's key; and a fingerprint that tells two requests with one key apart.

    The fingerprint is keyed, since a body may hold a password.
    """
    key = _printable(request.headers.get("idempotency-key", ""), "Idempotency-Key")
    if not key:
        return None, b""
    path = request.scope["path"]
    route = f"{request.method} {request.scope.get('path_template', path)} {command.command_name()}"
    whole = _sha256(request.method.encode(), path.encode(), await request.body())
    return _sha256(who.encode(), route.encode(), key.encode()), ports_of(request).keys.claim_hash("body", whole.hex())


def _sha256(*parts: bytes) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()


def _printable(value: str, name: str) -> str:
    if value and not _PRINTABLE.fullmatch(value):
        raise Invalid(f"{name} must be 1 to 255 printable ASCII characters", field=name)
    return value


def _if_match(value: str, stream: str | None) -> dict[str, int] | None:
    """A tag that is not one of ours matches nothing; ``*`` matches whatever is there."""
    if not value or value.strip() == "*" or stream is None:
        return None
    tag = _ENTITY_TAG.fullmatch(value.strip())
    return {stream: int(tag[1]) if tag else -1}


def _preferences(request: Request[Any, Any, Any]) -> set[str]:
    value = request.headers.get("prefer")
    return {part.strip().lower() for part in value.split(",")} if value else set()


def _show_position(request: Request[Any, Any, Any], position: int) -> None:
    request.scope["log_position"] = position  # type: ignore[typeddict-unknown-key]


def _rehearsal(outcome: Outcome) -> Response[Any]:
    events = [{"type": name, "data": payload} for name, payload in outcome.events]
    return Response({"dryRun": True, "events": events}, status_code=200, headers={"Preference-Applied": "dry-run"})


def _accepted(request: Request[Any, Any, Any], outcome: Outcome, kept: Any, headers: dict[str, str]) -> Response[Any]:
    """Done, but not to be read yet: the caller may ask again with X-Min-Position."""
    if "Preference-Applied" in headers:
        _show_position(request, outcome.position)
    return Response({"position": outcome.position, "result": kept}, status_code=202, headers=headers)
