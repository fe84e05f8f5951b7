"""``/api/v1/ledger``: the caller's ledger, to be checked by somebody who trusts nobody.

All of it needs the ability ``audit:export`` or a system administrator. Tiles and the plain checkpoint stand where
c2sp.org/tlog-tiles has them, so that its clients can read a ledger as a transparency log.
"""

from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from domain.kernel.errors import Forbidden
from interfaces.http.ledger.schemas import CheckpointBody, ConsistencyBody, InclusionBody
from interfaces.http.ports import ports_of
from interfaces.http.principal import Principal, caller
from interfaces.sse.rights import AUDIT, is_auditor

MOST = 10**18

Position = Annotated[int, QueryParameter(ge=1, le=MOST, description="A position of the ledger")]
Size = Annotated[
    int | None, QueryParameter(ge=0, le=MOST, description="A size of the ledger; as it is now unless given")
]
FromSize = Annotated[int, QueryParameter(name="from", ge=0, le=MOST, description="The earlier size")]
ToSize = Annotated[int | None, QueryParameter(name="to", ge=0, le=MOST, description="The later size; now unless given")]
First = Annotated[int, QueryParameter(name="from", ge=1, le=MOST, description="The first position")]
Last = Annotated[
    int | None, QueryParameter(name="to", ge=1, le=MOST, description="The last position; the end unless given")
]


@get("/api/v1/ledger/checkpoint", tags=["ledger"])
async def checkpoint(request: Request[Any, Any, Any]) -> Response[str] | Response[CheckpointBody]:
    """Size and root of the ledger now, as a C2SP signed note, or with ``Accept: application/json`` as JSON."""
    point = await ports_of(request).audit.checkpoint(_auditor(request).ledger_id)
    headers = {"Cache-Control": "no-store", "Vary": "Accept"}
    if request.accept.best_match(["text/plain", "application/json"]) == "application/json":
        return Response(CheckpointBody.of(point), headers=headers)
    return Response(point.note, media_type="text/plain; charset=utf-8", headers=headers)


@get("/api/v1/ledger/proofs/inclusion", tags=["ledger"])
async def inclusion(request: Request[Any, Any, Any], position: Position, size: Size = None) -> InclusionBody:
    """That the event at a position is in the tree of a checkpoint's size."""
    return InclusionBody.of(await ports_of(request).audit.inclusion(_auditor(request).ledger_id, position, size))


@get("/api/v1/ledger/proofs/consistency", tags=["ledger"])
async def consistency(request: Request[Any, Any, Any], first: FromSize, second: ToSize = None) -> ConsistencyBody:
    """That the ledger of a later checkpoint begins with that of an earlier one."""
    return ConsistencyBody.of(await ports_of(request).audit.consistency(_auditor(request).ledger_id, first, second))


@get("/api/v1/ledger/tile/{path:path}", tags=["ledger"])
async def tile(request: Request[Any, Any, Any], path: FromPath[str]) -> Response[bytes]:
    """Hashes of the tree at a C2SP tile path, such as ``0/x001/x234/067`` or ``1/000.p/8``."""
    found = await ports_of(request).audit.tile(_auditor(request).ledger_id, path.removeprefix("/"))
    lifetime = "max-age=31536000, immutable" if found.full else "no-cache"
    return Response(
        found.hashes, media_type="application/octet-stream", headers={"Cache-Control": f"private, {lifetime}"}
    )


@get("/api/v1/ledger/export", tags=["ledger"])
async def export(request: Request[Any, Any, Any], first: First = 1, last: Last = None) -> Stream:
    """The events of a range with proofs, keys and an offline verifier, as a tar archive."""
    package = await ports_of(request).audit.export(_auditor(request).ledger_id, first, last)
    headers = {
        "Content-Length": str(package.size),
        "Content-Disposition": f'attachment; filename="{package.name}"',
        "Cache-Control": "no-store",
    }
    return Stream(package.chunks, media_type="application/x-tar", headers=headers)


def _auditor(request: Request[Any, Any, Any]) -> Principal:
    """The caller, if the whole ledger is open to them. Raises Unauthenticated, Forbidden."""
    principal = caller(request.scope)
    if not (is_auditor(principal) or (principal.admin and principal.abilities is None)):
        raise Forbidden(f"Forbidden: Missing ability {AUDIT}", required_ability=AUDIT)
    return principal
