"""Events to the bytes that are hashed, and back."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from domain.kernel import event as events
from domain.kernel.event import Event, UnknownEvent, fact
from domain.kernel.log import NewEvent, StoredEvent
from domain.kernel.personal import Personal
from domain.kernel.recorded import Recorded
from infra.eventlog.codec import Codec
from infra.keys.errors import KeyDestroyed
from infra.keys.memory import MemoryVault
from infra.keys.ring import KeyRing
from tests.samples.jar import Jar

LEDGER, OTHER = "default/main", "other/main"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def ring() -> KeyRing:
    return KeyRing(bytes(range(32)), MemoryVault())


@pytest.fixture
def codec(ring: KeyRing) -> Codec:
    return Codec(ring)


@pytest.fixture(autouse=True)
def _registry_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Events of these tests are gone afterwards."""
    monkeypatch.setattr(events, "_by_name", dict(events._by_name))
    monkeypatch.setattr(events, "_by_class", dict(events._by_class))


@pytest.fixture
def _cut() -> None:
    """``test.cut``: an event whose shape changed twice."""

    @fact("test.cut")
    class Cut(Event, frozen=True, kw_only=True):
        schema = 3
        size: str
        at: datetime

        @staticmethod
        def upcast_v1_v2(payload: dict[str, Any]) -> dict[str, Any]:
            return payload | {"unit": "cm"}

        @staticmethod
        def upcast_v2_v3(payload: dict[str, Any]) -> dict[str, Any]:
            return {"size": f"{payload['width']} {payload['unit']}", "at": payload["at"]}


async def encode(codec: Codec, event: Event, ledger_id: str = LEDGER) -> NewEvent:
    return await codec.encode(ledger_id, event, version=7, project_id="p", metadata=b"{}")


def stored(new: NewEvent, ledger_id: str = LEDGER, **changes: Any) -> StoredEvent:
    facts = {name: getattr(new, name) for name in new.__struct_fields__}
    place: dict[str, Any] = {
        "ledger_id": ledger_id,
        "position": 3,
        "recorded_at": NOON,
        "salt": b"",
        "leaf": b"",
        "chain": b"",
    }
    return StoredEvent(**place | {"payload_digest": b""} | facts | changes)


async def decode(codec: Codec, event: StoredEvent) -> Recorded:
    (recorded,) = await codec.decode([event])
    return recorded


async def test_the_bytes_are_the_payload_and_nothing_that_columns_hold(codec: Codec) -> None:
    new = await encode(codec, Jar.Filled(originator_id="jar-1", originator_version=7, timestamp=NOON, coins=5))
    assert new.data == b'{"coins":5}'
    assert (new.stream_id, new.version, new.occurred_at, new.type, new.schema) == ("jar-1", 7, NOON, "jar.filled", 1)


async def test_an_event_comes_back_with_its_place_and_makes_its_aggregate(codec: Codec) -> None:
    opened = Jar.Opened(originator_id="jar-1", timestamp=NOON, project_id="p", number=1, label="tea")
    recorded = await decode(codec, stored(await encode(codec, opened), version=1))
    assert isinstance(recorded.event, Jar.Opened)
    assert (recorded.position, recorded.version, recorded.occurred_at) == (3, 1, NOON)
    assert (recorded.event.originator_version, recorded.event.timestamp) == (1, NOON)
    jar: Any = recorded.event.mutate(None)
    assert (type(jar), jar.id, jar.label, jar.version) == (Jar, "jar-1", "tea", 1)


@pytest.mark.parametrize("coins", ["5", 5.5, None])
async def test_a_field_of_the_wrong_type_is_found_before_the_append(codec: Codec, coins: Any) -> None:
    with pytest.raises(msgspec.ValidationError):
        await encode(codec, Jar.Filled(originator_id="jar-1", coins=coins))


async def test_personal_text_is_sealed_and_comes_back(codec: Codec) -> None:
    new = await encode(codec, Jar.Given(originator_id="jar-1", owner=Personal("anna", "Anna K.")))
    assert b"Anna K." not in new.data
    recorded = await decode(codec, stored(new))
    assert recorded.event == Jar.Given(
        originator_id="jar-1", originator_version=7, timestamp=new.occurred_at, owner=Personal("anna", "Anna K.")
    )


async def test_of_a_forgotten_person_only_the_id_comes_back(codec: Codec, ring: KeyRing) -> None:
    new = await encode(codec, Jar.Given(originator_id="jar-1", owner=Personal("anna", "Anna K.")))
    await ring.destroy(LEDGER, "anna")
    recorded = await decode(codec, stored(new))
    assert isinstance(recorded.event, Jar.Given)
    assert recorded.event.owner == Personal("anna", None)
    with pytest.raises(KeyDestroyed):
        await encode(codec, Jar.Given(originator_id="jar-1", owner=Personal("anna", "again")))


async def test_an_emptied_payload_leaves_the_place(codec: Codec) -> None:
    new = await encode(codec, Jar.Filled(originator_id="jar-1", coins=5))
    recorded = await decode(codec, stored(new, data=None, salt=None))
    assert (recorded.event, recorded.type, recorded.position) == (None, "jar.filled", 3)


@pytest.mark.usefixtures("_cut")
@pytest.mark.parametrize(
    ("schema", "payload"),
    [
        (1, b'{"width":3,"at":"2026-01-01T12:00:00Z"}'),
        (2, b'{"width":3,"unit":"cm","at":"2026-01-01T12:00:00Z"}'),
        (3, b'{"size":"3 cm","at":"2026-01-01T12:00:00Z"}'),
    ],
)
async def test_an_old_shape_is_raised_step_by_step(codec: Codec, schema: int, payload: bytes) -> None:
    new = NewEvent("s", 1, "test.cut", schema, NOON, "", b"{}", payload)
    recorded = await decode(codec, stored(new))
    assert (recorded.event.size, recorded.event.at) == ("3 cm", NOON)  # type: ignore[union-attr]


@pytest.mark.usefixtures("_cut")
async def test_a_newer_schema_is_refused_and_named(codec: Codec) -> None:
    new = NewEvent("s", 1, "test.cut", 4, NOON, "", b"{}", b'{"area":"9 cm2"}')
    with pytest.raises(UnknownEvent, match=r"test\.cut at position 3 has schema 4"):
        await codec.decode([stored(new)])


async def test_an_unknown_type_is_refused(codec: Codec) -> None:
    new = NewEvent("s", 1, "test.never", 1, NOON, "", b"{}", b"{}")
    with pytest.raises(UnknownEvent, match=r"test\.never"):
        await codec.decode([stored(new)])


async def test_a_page_that_was_refused_leaves_nothing_sealed_for_the_next(codec: Codec) -> None:
    """It would be opened with the key of the next page's ledger."""
    anna = await encode(codec, Jar.Given(originator_id="jar-1", owner=Personal("anna", "Anna K.")))
    elsewhere = await encode(codec, Jar.Given(originator_id="jar-2", owner=Personal("anna", "Anna B.")), OTHER)
    unknown = NewEvent("s", 1, "test.never", 1, NOON, "", b"{}", b"{}")
    with pytest.raises(UnknownEvent):
        await codec.decode([stored(anna), stored(unknown)])
    recorded = await decode(codec, stored(elsewhere, OTHER))
    assert recorded.event.owner.value == "Anna B."  # type: ignore[union-attr]


async def test_an_event_that_was_refused_leaves_nothing_sealed_for_the_next_page(codec: Codec) -> None:
    @fact("test.moved_in")
    class MovedIn(Event, frozen=True, kw_only=True):
        name: Personal[str]
        floor: int

    elsewhere = await encode(codec, Jar.Given(originator_id="jar-2", owner=Personal("anna", "Anna B.")), OTHER)
    wrong: Any = "second"
    with pytest.raises(msgspec.ValidationError):
        await encode(codec, MovedIn(originator_id="h", name=Personal("anna", "Anna K."), floor=wrong))
    recorded = await decode(codec, stored(elsewhere, OTHER))
    assert recorded.event.owner.value == "Anna B."  # type: ignore[union-attr]


async def test_personal_text_deep_inside_an_event_is_refused_when_the_class_is_made() -> None:
    holder = msgspec.defstruct("Holder", [("name", Personal[str])], frozen=True)
    for kind in (holder, tuple[Personal[str], ...]):
        deep: Any = msgspec.defstruct("Deep", [("field", kind)], bases=(Event,), frozen=True, kw_only=True)
        with pytest.raises(TypeError, match="Personal"):
            fact("test.deep")(deep)
