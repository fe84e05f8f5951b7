"""The registry: one name on the wire for each event class, and no event that could change under its readers."""

from datetime import UTC, datetime
from enum import Enum
from typing import Any

import msgspec
import pytest

from domain.kernel import event as events
from domain.kernel.event import Event, UnknownEvent, catalog, fact, name_of, type_named, type_of
from domain.kernel.personal import Personal
from domain.kernel.testing import Fixture
from tests.samples.jar import FillJar, Jar, OpenJar


class Side(Enum):
    LEFT = "left"


class Frozen(msgspec.Struct, frozen=True):
    sides: frozenset[Side]


class Mutable(msgspec.Struct):
    side: Side


@pytest.fixture(autouse=True)
def _registry_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Events of these tests are gone afterwards."""
    monkeypatch.setattr(events, "_by_name", dict(events._by_name))
    monkeypatch.setattr(events, "_by_class", dict(events._by_class))


def test_the_wire_name_is_made_of_aggregate_and_event() -> None:
    assert (name_of(Jar.Filled), Jar.category) == ("jar.filled", "jar")
    assert events.snake("MemberRoleChanged") == "member_role_changed"
    assert type_named("jar.filled").event_class is Jar.Filled
    assert type_of(Jar.Filled(coins=1)) is type_of(Jar.Filled)


def test_what_columns_hold_is_not_stored_again() -> None:
    assert type_named("jar.opened").payload_fields == ("project_id", "number", "label")


def test_the_catalog_is_in_the_order_of_names() -> None:
    names = [kind.name for kind in catalog()]
    assert names == sorted(names)
    assert "jar.opened" in names


def test_an_unknown_name_is_an_unknown_event() -> None:
    with pytest.raises(UnknownEvent, match=r"jar\.smashed"):
        type_named("jar.smashed")


def test_a_name_belongs_to_one_class() -> None:
    with pytest.raises(TypeError, match=r"jar\.filled is already"):

        @fact("jar.filled")
        class Impostor(Event, frozen=True, kw_only=True):
            pass


@pytest.mark.parametrize(
    ("kind", "culprit"),
    [
        (list[str], "list"),
        (dict[str, int], "dict"),
        (set[str], "set"),
        (Mutable, "Mutable"),
        (tuple[list[str], ...], "list"),
        (tuple[int, list[str]], "list"),
        (list[str] | None, "list"),
        (frozenset[Mutable], "Mutable"),
    ],
)
def test_a_mutable_field_is_refused_when_the_class_is_made(kind: Any, culprit: str) -> None:
    wrong: Any = msgspec.defstruct("Wrong", [("field", kind)], bases=(Event,), frozen=True, kw_only=True)
    with pytest.raises(TypeError, match=rf"Wrong\.field: {culprit} is mutable"):
        fact("test.wrong")(wrong)


def test_a_mutable_part_of_a_frozen_struct_is_refused() -> None:
    holder = msgspec.defstruct("Holder", [("parts", list[str])], frozen=True)
    wrong: Any = msgspec.defstruct("Wrong", [("holder", holder)], bases=(Event,), frozen=True, kw_only=True)
    with pytest.raises(TypeError, match="list is mutable"):
        fact("test.wrong")(wrong)


def test_immutable_fields_are_welcome() -> None:
    @fact("test.fine")
    class Fine(Event, frozen=True, kw_only=True):
        texts: tuple[str, ...]
        sides: frozenset[Side]
        part: Frozen | None
        when: datetime
        person: Personal[str]

    assert type_of(Fine).payload_fields == ("texts", "sides", "part", "when", "person")


def test_a_higher_schema_needs_every_step_up_to_it() -> None:
    with pytest.raises(AttributeError, match="upcast_v2_v3"):

        @fact("test.leap")
        class Leap(Event, frozen=True, kw_only=True):
            schema = 3

            @staticmethod
            def upcast_v1_v2(payload: dict[str, Any]) -> dict[str, Any]:
                return payload


async def test_an_event_happens_at_the_time_of_its_unit_of_work() -> None:
    long_ago = datetime(2001, 2, 3, tzinfo=UTC)
    world = Fixture().at(long_ago)
    jar: Jar = await world.when(OpenJar(label="tea"))
    assert world.events[0].timestamp == long_ago
    later = datetime(2002, 2, 3, tzinfo=UTC)
    await world.at(later).when(FillJar(jar_id=jar.id, coins=1))
    assert world.events[0].timestamp == later
    assert (world.events[0].originator_id, world.events[0].originator_version) == (jar.id, 2)
