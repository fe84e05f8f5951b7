"""Log lines: JSON for machines, colours on a terminal. Never a secret, a token or a personal datum.

Each line carries what the request bound: request id, correlation id, tenant.
"""

import asyncio
import atexit
import logging
import sys
from typing import Any, ClassVar

import msgspec
import structlog
from structlog.typing import Processor

TOGETHER_SECONDS = 0.05
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
        factory = LinesTogether
    structlog.configure(
        processors=[*shared, *ending],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=factory,
        cache_logger_on_first_use=True,
    )
    atexit.register(LinesTogether.flush)
    _take_over_libraries()


def _json(line: dict[str, Any], default: Any, **_: Any) -> bytes:
    return msgspec.json.encode(line, enc_hook=default)


class LinesTogether:
    """Writes what came within 50 ms at once, since a system call a request is dear; from warnings on at once."""

    _held: ClassVar[list[bytes]] = []

    def __init__(self, *_: Any) -> None: ...

    def info(self, line: bytes) -> None:
        if self._held:
            self._held.append(line)
            return
        try:
            asyncio.get_running_loop().call_later(TOGETHER_SECONDS, self.flush)
        except RuntimeError:  # no event loop, no request
            self.warning(line)
        else:
            self._held.append(line)

    debug = info

    def warning(self, line: bytes) -> None:
        self._held.append(line)
        self.flush()

    error = critical = exception = fatal = msg = warning

    @classmethod
    def flush(cls) -> None:
        lines = b"".join(line + b"\n" for line in cls._held)
        cls._held.clear()
        sys.stderr.buffer.write(lines)
        sys.stderr.buffer.flush()


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
