"""The filters of a request, the same for pages, bulk and streams."""

from typing import Annotated

from litestar.params import QueryParameter

from domain.kernel.log import Filter
from interfaces.http.ports import Ports
from interfaces.http.principal import Principal
from interfaces.sse.rights import is_auditor
from interfaces.sse.selection import name_from, types_from

Types = Annotated[str, QueryParameter(description="Names or prefixes joined by commas: ticket.*,project.created")]
Project = Annotated[str, QueryParameter(description="Key or id")]


async def selection(
    ports: Ports, principal: Principal, *, types: str, stream: str, project: str, correlation: str
) -> Filter:
    """``project`` is a key or an id. Raises Invalid; NotFound for a project that the caller may not see."""
    project_id = ""
    if name_from("project", project):
        find = ports.access.of if is_auditor(principal) else ports.access.visible
        project_id = (await find(principal, project)).project_id
    return Filter(
        types=types_from(types),
        stream_id=name_from("stream", stream),
        project_id=project_id,
        correlation_id=name_from("correlation", correlation),
    )
