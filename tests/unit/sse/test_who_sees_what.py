"""Rights are those of now, and move with the events that pass in the same log."""

from domain.identity.user import User
from domain.kernel.personal import Personal
from tests.unit.sse.happenings import filed, joined, left, moved
from tests.unit.sse.world import LEDGER, World

STREAM = "/api/v1/events/stream"


async def test_a_member_sees_the_events_of_their_projects_only(world: World) -> None:
    world.user("anna", "forge")
    world.user("ben", "mill")
    await world.append(filed("t1"), project_id="forge")
    await world.append(filed("t2"), project_id="mill")
    await world.append(filed("t3"), project_id="forge")
    async with world.stream(STREAM, "anna") as anna, world.stream(STREAM, "ben") as ben:
        assert [frame.id for frame in await anna.events(2)] == ["1", "3"]
        assert [frame.id for frame in await ben.events(1)] == ["2"]
        await world.append(filed("t4"), project_id="mill")
        await world.append(filed("t5"), project_id="forge")
        assert (await ben.events(1))[0].id == "4"
        assert (await anna.events(1))[0].id == "5"


async def test_whoever_joins_while_connected_sees_what_follows(world: World) -> None:
    world.user("anna", "forge")
    world.user("ben")
    async with world.stream(STREAM, "ben") as stream:
        await stream.until("stream.caught_up")
        await world.append(filed("t1"), project_id="forge")
        await world.append(joined("ben"), project_id="forge")
        await world.append(filed("t2"), project_id="forge")
        assert [frame.id for frame in await stream.events(2)] == ["2", "3"]


async def test_whoever_founds_a_project_sees_it_from_its_first_event(world: World) -> None:
    world.user("anna")
    async with world.stream(STREAM, "anna") as stream:
        await stream.until("stream.caught_up")
        await world.append(filed("t1"), joined("anna"), project_id="forge")
        assert [frame.id for frame in await stream.events(2)] == ["1", "2"]


async def test_whoever_is_removed_sees_that_and_nothing_after_it(world: World) -> None:
    world.user("anna", "forge", "mill")
    async with world.stream(STREAM, "anna") as stream:
        await stream.until("stream.caught_up")
        await world.append(filed("t1"), left("anna"), filed("t2"), project_id="forge")
        await world.append(filed("t3"), project_id="mill")
        assert [frame.id for frame in await stream.events(3)] == ["1", "2", "4"]


async def test_the_past_is_shown_with_the_rights_of_now(world: World) -> None:
    world.user("anna", "mill")
    await world.append(filed("t1"), project_id="forge")
    await world.append(joined("anna"), project_id="forge")
    await world.append(filed("t2"), project_id="mill")
    await world.append(left("anna", "mill"), project_id="mill")
    async with world.stream(STREAM, "anna") as stream:
        await stream.frame()
        seen = [(await stream.frame()).id for _ in range(3)]
        assert seen == ["1", "2", "4"], "the forge from its beginning; of the mill only that it was left"
        assert (await stream.frame()).event == "stream.caught_up"


async def test_everybody_sees_their_own_account_and_nobody_elses(world: World) -> None:
    world.user("anna", "forge")
    world.user("ben", "forge")
    async with world.stream(STREAM, "anna") as stream:
        await stream.until("stream.caught_up")
        await world.append(User.Renamed(originator_id="ben", name=Personal("ben", "Benno")))
        await world.append(User.Renamed(originator_id="anna", name=Personal("anna", "Anne")))
        [event] = await stream.events(1)
        assert (event.id, event.data["data"]) == ("2", {"name": "Anne"})


async def test_an_administrator_sees_the_whole_ledger_while_they_are_one(world: World) -> None:
    world.user("root", admin=True)
    async with world.stream(STREAM, "root") as stream:
        await stream.until("stream.caught_up")
        await world.append(filed("t1"), project_id="forge")
        await world.append(User.AdminRevoked(originator_id="root"))
        await world.append(filed("t2"), project_id="forge")
        await world.append(User.AdminGranted(originator_id="root"))
        await world.append(filed("t3"), project_id="forge")
        assert [frame.id for frame in await stream.events(4)] == ["1", "2", "4", "5"]


async def test_an_administrators_token_shows_accounts_only_with_the_audit_ability(world: World) -> None:
    world.user("root", admin=True, kind="access_token", abilities=frozenset({"events:read"}))
    world.user("auditor", kind="access_token", abilities=frozenset({"events:read", "audit:export"}))
    await world.append(User.Renamed(originator_id="ben", name=Personal("ben", "Benno")))
    await world.append(filed("t1"), project_id="forge")
    async with world.stream(STREAM, "root") as stream:
        assert (await stream.events(1))[0].id == "2"
    async with world.stream(STREAM, "auditor") as stream:
        assert [frame.id for frame in await stream.events(2)] == ["1", "2"]


async def test_nobody_is_401_and_a_token_without_the_ability_403(world: World) -> None:
    world.user("bot", kind="access_token", abilities=frozenset({"projects:read"}))
    world.user("gateway", kind="gateway_key")
    assert (await world.request("GET", STREAM)).status == 401
    assert (await world.request("GET", STREAM, "gateway")).status == 401
    answer = await world.request("GET", STREAM, "bot")
    assert (answer.status, answer.json()["requiredAbility"]) == (403, "events:read")


async def test_a_project_that_one_may_not_see_is_not_found(world: World) -> None:
    world.user("anna", "forge")
    world.user("ben", "mill")
    assert (await world.request("GET", STREAM, "anna", project="mill")).status == 404
    assert (await world.request("GET", STREAM, "anna", project="no-such-project")).status == 404


async def test_a_stream_ends_when_its_credential_does(world: World) -> None:
    world.user("anna", "forge")
    world.user("bot", "forge", kind="access_token", abilities=frozenset({"events:read"}), token_id="token-1")
    async with world.stream(STREAM, "anna") as session, world.stream(STREAM, "bot") as token:
        await session.until("stream.caught_up")
        await token.until("stream.caught_up")
        await world.append(User.SignedOutEverywhere(originator_id="anna"))
        assert (await session.until("stream.closing")).data == {"reason": "credential-ended"}
        await world.append(User.Disabled(originator_id="bot"))
        assert (await token.until("stream.closing")).data == {"reason": "credential-ended"}


async def test_digests_of_secrets_are_never_shown(world: World) -> None:
    world.user("root", admin=True)
    registered = User.Registered(
        originator_id="ben",
        username=Personal("ben", "ben"),
        name=Personal("ben", "Ben"),
        email=Personal("ben", ""),
        password_hash=Personal("ben", "$argon2id$"),
    )
    await world.append(registered)
    async with world.stream(STREAM, "root") as stream:
        [event] = await stream.events(1)
    assert event.data["data"] == {"username": "ben", "name": "Ben", "email": "", "admin": False}


async def test_a_forgotten_persons_text_is_gone_from_streams_and_memory(world: World) -> None:
    world.user("root", admin=True)
    async with world.stream(STREAM, "root") as stream:
        await stream.until("stream.caught_up")
        await world.append(User.Renamed(originator_id="ben", name=Personal("ben", "Benno")))
        assert (await stream.events(1))[0].data["data"] == {"name": "Benno"}
        await world.keys.destroy(LEDGER, "ben")
        stored = await world.codec.encode(LEDGER, moved("ben"), version=0, project_id="", metadata=b"{}")
        forgotten = {"type": "person.forgotten", "data": b'{"person_id":"ben"}'}
        fields = {name: getattr(stored, name) for name in stored.__struct_fields__}
        await world.append_stored([type(stored)(**{**fields, **forgotten})])
        await stream.events(1)
    async with world.stream(STREAM, "root") as again:
        assert (await again.events(1))[0].data["data"] == {"name": None}
