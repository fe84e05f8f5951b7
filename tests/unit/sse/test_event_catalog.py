"""What every event looks like, for machines."""

from domain.kernel.event import catalog
from tests.unit.sse.world import World


async def test_the_catalog_describes_every_event_and_hides_what_readers_never_see(world: World) -> None:
    answer = await world.request("GET", "/api/v1/events/catalog")
    described = {entry["type"]: entry for entry in answer.json()["data"]}
    assert set(described) == {kind.name for kind in catalog()}
    moved = described["ticket.moved"]
    assert moved["version"] == 1
    assert set(moved["schema"]["properties"]) == {"from_column_id", "from_rank", "column_id", "rank"}
    registered = described["user.registered"]["schema"]["properties"]
    assert registered["name"]["type"] == ["string", "null"]
    assert "password_hash" not in registered


async def test_the_asyncapi_document_names_every_message_and_resolves(world: World) -> None:
    document = (await world.request("GET", "/api/v1/events/asyncapi")).json()
    messages = document["components"]["messages"]
    assert document["asyncapi"] == "3.0.0"
    assert set(messages) == {kind.name for kind in catalog()} | {
        "stream.opened",
        "stream.caught_up",
        "stream.fell_behind",
        "stream.closing",
    }
    references = list(_references(document))
    assert references
    for reference in references:
        node = document
        for step in reference.removeprefix("#/").split("/"):
            assert step in node, reference
            node = node[step]


def _references(node: object) -> "list[str]":
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [found for value in node.values() for found in _references(value)]
    return [found for item in node for found in _references(item)] if isinstance(node, list) else []
