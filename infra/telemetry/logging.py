"""Log lines: JSON for machines, colours on a terminal. Never a secret, a token or a personal datum.

Each line carries what the request bound: request id, correlation id, tenant.
"""

import logging
import sys
from typing import Any

import msgspec
import structlog
from structlog.typing import Processor

QUIET = ("uvicorn", "uvicorn.error", "asyncio", "litestar")
"""Loggers of libraries that go through the same lines from warnings on; the edge writes the access line itself."""


def configure(form: str = "auto", *, level: int = logging.INFO) -> None:
    """``form`` is ``json``, ``pretty``, or ``auto``: pretty on a terminal. Lines go to standard error."""
    pretty = form == "pretty" or (form == "auto" and sys.stderr.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if pretty:
        ending: list[Processor] = [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        factory: Any = structlog.PrintLoggerFactory(sys.stderr)
    else:
        ending = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(serializer=_json)]
        factory = structlog.BytesLoggerFactory(sys.stderr.buffer)
    structlog.configure(
        processors=[*shared, *ending],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=factory,
        cache_logger_on_first_use=True,
    )
    _take_over_libraries()


def _json(line: dict[str, Any], default: Any, **_: Any) -> bytes:
    return msgspec.json.encode(line, enc_hook=default)


class _Forward(logging.Handler):
    """Lines of libraries, as ours. Tracebacks go along; arguments were formatted by the library."""

    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger(record.name).log(record.levelno, record.getMessage(), exc_info=record.exc_info)


def _take_over_libraries() -> None:
    root = logging.getLogger()
    root.handlers = [_Forward()]
    root.setLevel(logging.WARNING)
    for name in QUIET:
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = True
        logger.setLevel(logging.WARNING)
    logging.getLogger("uvicorn.access").disabled = True
