"""The filters of a request, the same for pages, bulk and streams."""

from collections.abc import Mapping

from domain.kernel.log import Filter
from interfaces.http.ports import Ports
from interfaces.http.principal import Principal
from interfaces.sse.rights import is_auditor
from interfaces.sse.selection import name_from, types_from


async def selection(ports: Ports, principal: Principal, query: Mapping[str, str]) -> Filter:
    """``project`` is a key or an id. Raises Invalid; NotFound for a project that the caller may not see."""
    project_id = ""
    if project := name_from("project", query.get("project", "")):
        find = ports.access.of if is_auditor(principal) else ports.access.visible
        project_id = (await find(principal, project)).project_id
    return Filter(
        types=types_from(query.get("types", "")),
        stream_id=name_from("stream", query.get("stream", "")),
        project_id=project_id,
        correlation_id=name_from("correlation", query.get("correlation", "")),
    )
