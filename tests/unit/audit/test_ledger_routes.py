"""``/api/v1/ledger`` over HTTP: who may, in which formats, and what bad input is told."""

import base64
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from infra.audit import merkle, note
from infra.audit.trail import LogAuditTrail
from infra.audit.verifier import verify_file
from interfaces.http.application import build
from interfaces.http.ledger import ROUTES
from interfaces.http.ports import HttpSettings, Ports
from interfaces.http.principal import Principal
from tests.unit.audit.history import LEDGER, History


def principal(**fields: Any) -> Principal:
    given: dict[str, Any] = {"kind": "access_token", "admin": False} | fields
    return Principal(tenant_id="default", ledger_id=LEDGER, user_id="u-1", **given)


CALLERS: Mapping[str, Principal] = {
    "administrator": principal(kind="session", admin=True),
    "auditor": principal(abilities=frozenset({"audit:export"})),
    "member": principal(kind="session"),
    "administrator's other token": principal(admin=True, abilities=frozenset({"events:read"})),
    "gateway key": principal(kind="gateway_key", admin=True),
}


class Everything:
    """Read models that are level, and figures that nobody reads."""

    def position(self, ledger_id: str) -> int:
        return 20

    def answered(self, method: str, route: str, status: int, seconds: float) -> None: ...


async def resolve(scope: Any, headers: dict[bytes, bytes]) -> Principal | None:
    scope["principal_problem"] = None
    scope["principal"] = CALLERS.get(headers.get(b"x-caller", b"").decode())
    return cast("Principal | None", scope["principal"])


@pytest.fixture
async def client(trail: LogAuditTrail) -> AsyncIterator[httpx.AsyncClient]:
    used = {"settings": HttpSettings(version="1"), "audit": trail, "progress": Everything(), "metrics": Everything()}
    ports = Ports(**{**dict.fromkeys(Ports.__struct_fields__), **used})  # type: ignore[arg-type]
    transport = httpx.ASGITransport(build(ports, ROUTES, resolve=resolve))  # type: ignore[arg-type]
    async with httpx.AsyncClient(
        transport=transport, base_url="http://ledger/api/v1/ledger", headers={"X-Caller": "administrator"}
    ) as client:
        yield client


PATHS = ["checkpoint", "proofs/inclusion?position=1", "proofs/consistency?from=1", "tile/0/000.p/20", "export"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("caller", "status"),
    [
        ("administrator", 200),
        ("auditor", 200),
        ("member", 403),
        ("administrator's other token", 403),
        ("gateway key", 401),
        ("nobody", 401),
    ],
)
async def test_the_ledger_is_open_to_administrators_and_auditors(
    client: httpx.AsyncClient, path: str, caller: str, status: int
) -> None:
    response = await client.get(path, headers={"X-Caller": caller})
    assert response.status_code == status
    if status == 403:
        assert response.json()["requiredAbility"] == "audit:export"


async def test_a_checkpoint_is_a_note_unless_json_is_asked_for(client: httpx.AsyncClient, trail: LogAuditTrail) -> None:
    text = await client.get("checkpoint")
    assert text.headers["content-type"].startswith("text/plain")
    signed = await trail.checkpoint(LEDGER)
    assert text.text == signed.note
    body = (await client.get("checkpoint", headers={"Accept": "application/json"})).json()
    assert (body["origin"], body["size"], body["signedNote"]) == (signed.origin, 20, signed.note)
    assert note.checkpoint(text.text.partition("\n\n")[0] + "\n").root == base64.b64decode(body["root"])
    assert body["origin"].endswith(body["logId"])
    assert body["publicKey"].startswith(f"{signed.origin}+")
    assert len(base64.b64decode(body["chain"])) == 32


async def test_proofs_verify_with_what_the_answer_says(client: httpx.AsyncClient, history: History) -> None:
    root = merkle.root(event.leaf for event in history.events[:13])
    inclusion = (await client.get("proofs/inclusion", params={"position": 7, "size": 13})).json()
    leaf, proof = base64.b64decode(inclusion["leaf"]), [base64.b64decode(hash_) for hash_ in inclusion["proof"]]
    assert base64.b64decode(inclusion["root"]) == root
    assert merkle.verify_inclusion(leaf, inclusion["position"] - 1, inclusion["size"], proof, root)

    growth = (await client.get("proofs/consistency", params={"from": 5, "to": 13})).json()
    assert (growth["from"], growth["to"]) == (5, 13)
    proof = [base64.b64decode(hash_) for hash_ in growth["proof"]]
    assert merkle.verify_consistency(5, 13, base64.b64decode(growth["fromRoot"]), root, proof)


async def test_a_full_tile_may_be_cached_for_ever_and_a_partial_one_not(
    client: httpx.AsyncClient, history: History
) -> None:
    history.grow(300)
    full, partial = await client.get("tile/0/000"), await client.get("tile/0/001.p/64")
    assert (len(full.content), len(partial.content)) == (256 * 32, 64 * 32)
    assert "immutable" in full.headers["cache-control"]
    assert "immutable" not in partial.headers["cache-control"]


async def test_an_export_is_a_tar_that_verifies(client: httpx.AsyncClient, tmp_path: Path) -> None:
    response = await client.get("export", params={"from": 3, "to": 17})
    assert response.headers["content-type"] == "application/x-tar"
    assert int(response.headers["content-length"]) == len(response.content)
    assert 'filename="default-main-3-17.tar"' in response.headers["content-disposition"]
    (tmp_path / "export.tar").write_bytes(response.content)
    report = verify_file(tmp_path / "export.tar")
    assert (report.exit_code, report.first, report.last) == (0, 3, 17)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("proofs/inclusion", 400),
        ("proofs/inclusion?position=0", 400),
        ("proofs/inclusion?position=x", 400),
        ("proofs/inclusion?position=21", 400),
        ("proofs/inclusion?position=14&size=13", 400),
        ("proofs/inclusion?position=1&size=99999999999999999999999999", 400),
        ("proofs/consistency", 400),
        ("proofs/consistency?from=-1", 400),
        ("proofs/consistency?from=9&to=8", 400),
        ("proofs/consistency?from=1&to=21", 400),
        ("export?from=0", 400),
        ("export?from=21", 400),
        ("export?from=5&to=4", 400),
        ("export?to=21", 400),
        ("export?from=1.5", 400),
        ("tile/0/001", 404),
        ("tile/0/000", 404),
        ("tile/0/000.p/21", 404),
        ("tile/../../secret", 404),
        ("tile/nonsense", 404),
    ],
)
async def test_bad_input_is_refused_with_the_field_at_fault(client: httpx.AsyncClient, path: str, status: int) -> None:
    response = await client.get(path)
    assert response.status_code == status
    assert response.headers["content-type"].startswith("application/problem+json")
    if status == 400:
        assert all(detail["field"] and detail["message"] for detail in response.json()["details"])


async def test_a_ledger_that_contradicts_what_was_signed_is_a_conflict(
    client: httpx.AsyncClient, history: History
) -> None:
    await client.get("checkpoint")
    history.rewrite(3, b"{}")
    assert (await client.get("checkpoint")).status_code == 409
