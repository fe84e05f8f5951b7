"""What a log line looks like, in a process of its own, since logging is set up once for a process."""

import json
import subprocess
import sys

SCRIPT = """
import logging
import structlog
from infra.telemetry.logging import configure

configure({form!r})
structlog.contextvars.bind_contextvars(request_id="r-1", tenant="default")
log = structlog.get_logger("http")

def fail():
    password = "s3cret"
    raise KeyError("gone")

try:
    fail()
except KeyError as error:
    log.error("unexpected error", path="/api/me", exc_info=error)
logging.getLogger("asyncio").warning("slow callback: %s", "x")
logging.getLogger("uvicorn.access").info("GET /?token=abc")
"""


def said(form: str) -> str:
    script = SCRIPT.format(form=form)
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stderr


def test_lines_are_json_objects_with_what_the_request_bound() -> None:
    failed, library = [json.loads(line) for line in said("json").splitlines()]
    assert (failed["event"], failed["level"], failed["path"]) == ("unexpected error", "error", "/api/me")
    assert (failed["request_id"], failed["tenant"]) == ("r-1", "default")
    assert "KeyError: 'gone'" in failed["exception"]
    assert library["event"] == "slow callback: x"


def test_a_traceback_shows_no_values_of_variables() -> None:
    for form in ("json", "pretty"):
        text = said(form)
        assert "KeyError" in text
        assert "s3cret" not in text


def test_without_a_terminal_lines_are_json() -> None:
    assert said("auto").startswith("{")
