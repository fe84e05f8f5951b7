"""Every refusal has one shape and the status of its class."""

import pytest
from litestar import get

from domain.kernel import errors
from domain.kernel.errors import Conflict, Invalid, LogUnavailable, NotFound, Overloaded, Refusal
from interfaces.http.limits import TooManyRequests
from interfaces.http.problems import status_of
from tests.unit.http.kit import World


class RunNotStartable(Conflict):
    """The run cannot be started."""


def failing(refusal: Exception) -> World:
    @get("/thing")
    async def thing() -> None:
        raise refusal

    return World(thing)


async def test_a_refusal_is_a_problem_that_also_carries_the_contracts_error_text() -> None:
    async with failing(RunNotStartable(run_id=148, current_status="done")).client() as client:
        answer = await client.get("/thing")
    assert answer.status_code == 409
    assert answer.json() == {
        "type": "https://shipledger.dev/errors/run-not-startable",
        "title": "Run not startable",
        "status": 409,
        "detail": "The run cannot be started.",
        "instance": "/thing",
        "error": "The run cannot be started.",
        "runId": 148,
        "currentStatus": "done",
    }


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (Invalid, 400),
        (errors.Unauthenticated, 401),
        (errors.Forbidden, 403),
        (NotFound, 404),
        (errors.Gone, 404),
        (errors.VersionConflict, 409),
        (errors.ClaimTaken, 409),
        (errors.KeyInFlight, 409),
        (errors.StaleVersion, 412),
        (errors.KeyReused, 422),
        (TooManyRequests, 429),
        (Overloaded, 503),
        (LogUnavailable, 503),
        (Refusal, 409),
    ],
)
def test_a_refusal_has_the_status_of_its_class(refusal: type[Refusal], status: int) -> None:
    assert status_of(refusal) == status


async def test_an_invalid_field_is_told_in_the_details() -> None:
    async with failing(Invalid("Too short", field="username")).client() as client:
        answer = await client.get("/thing")
    assert answer.json()["details"] == [{"field": "username", "message": "Too short"}]


@pytest.mark.parametrize("refusal", [Overloaded(), LogUnavailable(), TooManyRequests(retry_after=30)])
async def test_a_refusal_that_passes_says_when_to_come_again(refusal: Refusal) -> None:
    async with failing(refusal).client() as client:
        answer = await client.get("/thing")
    assert answer.headers["retry-after"] == str(getattr(refusal, "retry_after"))  # noqa: B009 - not on the base class


async def test_a_bug_is_a_500_that_tells_nothing() -> None:
    async with failing(KeyError("s3cret")).client() as client:
        answer = await client.get("/thing")
    assert answer.status_code == 500
    assert answer.json()["error"] == "Internal server error"
    assert "s3cret" not in answer.text


async def test_an_unknown_path_and_a_wrong_method_are_problems_too() -> None:
    async with failing(NotFound()).client() as client:
        unknown, wrong = await client.get("/nothing"), await client.put("/thing")
    assert (unknown.status_code, unknown.json()["error"]) == (404, "path not found")
    assert (wrong.status_code, wrong.json()["error"]) == (405, "method not allowed")
    assert "GET" in wrong.headers["allow"]
