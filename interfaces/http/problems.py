"""How every refusal looks over HTTP: one table from class to status, one body for all.

The body is RFC 9457 ``application/problem+json`` that also carries ``error``, the text that clients of the tracker and
of delivery read, and ``details``, one {field, message} each, when the input was at fault.
"""

import re
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import (
    HTTPException,
    MethodNotAllowedException,
    NotFoundException,
    ValidationException,
)

from domain.kernel.errors import (
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    KeyReused,
    LogUnavailable,
    NotFound,
    Overloaded,
    Refusal,
    StaleVersion,
    Unauthenticated,
)
from interfaces.http.limits import TooManyRequests
from interfaces.http.principal import ask

STATUS: dict[type[Refusal], int] = {
    Invalid: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Gone: 404,
    Conflict: 409,
    StaleVersion: 412,
    KeyReused: 422,
    TooManyRequests: 429,
    Overloaded: 503,
    LogUnavailable: 503,
}
"""A refusal of any other class takes the status of its nearest ancestor here; one without any is a 409."""

_log = structlog.get_logger("http")


class Detail(msgspec.Struct, frozen=True):
    """What is wrong with one field: ``""`` for the body as a whole, else a path like ``items[2].title``."""

    field: str
    message: str


_MISSING = re.compile(r"Missing required \w+ parameter '([^']+)'")
_NO_BODY = Detail("data", "'data'")
"""How the framework says that a handler's body is missing."""


class BadInput(Invalid):
    """Invalid request data"""

    def __init__(self, details: list[Detail], message: str | None = None) -> None:
        super().__init__(message, field=details[0].field if details else "")
        self.details = details


BadInput.code = Invalid.code


def status_of(refusal: type[Refusal]) -> int:
    return next((STATUS[kind] for kind in refusal.__mro__ if kind in STATUS), 409)


def problem(request: Request[Any, Any, Any], refusal: Refusal) -> Response[Any]:
    """The response to a refusal."""
    status = status_of(type(refusal))
    headers = {}
    retry_after = getattr(refusal, "retry_after", None)
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    body = _body(request, status, refusal.code, refusal.message)
    body.update((_camel(name), value) for name, value in refusal.extensions.items())
    if details := _details(refusal):
        body["details"] = details
    return _response(body, status, headers)


def litestar_problem(request: Request[Any, Any, Any], exception: HTTPException) -> Response[Any]:
    """The response to what the framework refuses: unknown paths, wrong methods, parameters of the wrong type."""
    match exception:
        case NotFoundException():
            return _response(_body(request, 404, "not-found", "path not found"), 404)
        case MethodNotAllowedException():
            return _response(_body(request, 405, "method-not-allowed", "method not allowed"), 405, exception.headers)
        case ValidationException():
            return problem(request, _fault(request, exception))
    status = exception.status_code
    if status >= 500:
        return unexpected(request, exception)
    code = {400: "invalid", 413: "body-too-large", 415: "unsupported-media-type"}.get(status, f"http-{status}")
    text = "The body is too large" if status == 413 else exception.detail
    return _response(_body(request, status, code, text), status, exception.headers)


def unexpected(request: Request[Any, Any, Any], exception: Exception) -> Response[Any]:
    """The response to a bug: logged with its traceback, told to nobody."""
    _log.error("unexpected error", method=request.method, path=request.scope["path"], exc_info=exception)
    return _response(_body(request, 500, "internal-error", "Internal server error"), 500)


HANDLERS: dict[int | type[Exception], Any] = {
    Refusal: problem,
    HTTPException: litestar_problem,
    Exception: unexpected,
}


def _body(request: Request[Any, Any, Any], status: int, code: str, text: str) -> dict[str, Any]:
    return {
        "type": f"{request.app.state.error_base}/errors/{code}",
        "title": code.replace("-", " ").capitalize(),
        "status": status,
        "detail": text,
        "instance": request.scope["path"],
        "error": text,
    }


def _response(body: dict[str, Any], status: int, headers: dict[str, str] | None = None) -> Response[Any]:
    return Response(body, status_code=status, headers=headers, media_type="application/problem+json")


def _details(refusal: Refusal) -> list[Detail]:
    if isinstance(refusal, BadInput):
        return refusal.details
    if isinstance(refusal, Invalid) and refusal.field:
        return [Detail(refusal.field, refusal.message)]
    return []


def _fault(request: Request[Any, Any, Any], exception: ValidationException) -> Refusal:
    """What is wrong with the parameters; for somebody who was not asked for a credential yet, that one is missing."""
    try:
        ask(request.scope)
    except Refusal as missing:
        return missing
    return BadInput(_parameters_at_fault(exception))


def _parameters_at_fault(exception: ValidationException) -> list[Detail]:
    extra = exception.extra if isinstance(exception.extra, list) else []
    faults = [Detail(str(fault.get("key", "")), str(fault.get("message", ""))) for fault in extra]
    if faults == [_NO_BODY]:
        return [Detail("", "A JSON body is required")]
    if missing := _MISSING.search(exception.detail):
        return [Detail(missing[1], "Required")]
    return faults or [Detail("", exception.detail)]


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
