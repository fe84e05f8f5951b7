"""What is cached about rights holds until an account or a membership changes, and no longer."""

from interfaces.http.fresh import FreshCache
from tests.unit.http.kit import Levels

LEDGER = "default/main"


class Source:
    def __init__(self) -> None:
        self.value: str | None = "member"
        self.asked = 0

    async def read(self) -> str | None:
        self.asked += 1
        return self.value


async def test_a_value_is_read_once_while_nothing_changes() -> None:
    levels, source = Levels(at=7), Source()
    cache: FreshCache[str] = FreshCache(levels, levels, 10)
    assert [await cache.load(LEDGER, "ada", source.read) for _ in range(3)] == ["member"] * 3
    assert source.asked == 1


async def test_a_change_is_waited_for_and_then_read() -> None:
    levels, source = Levels(at=7), Source()
    cache: FreshCache[str] = FreshCache(levels, levels, 10)
    await cache.load(LEDGER, "ada", source.read)
    levels.changed, source.value = 9, "owner"
    assert await cache.load(LEDGER, "ada", source.read) == "owner"
    assert levels.waited == [(9, frozenset())]
    assert levels.at == 9


async def test_a_value_read_behind_the_change_is_used_but_read_again_next_time() -> None:
    levels, source = Levels(at=7), Source()
    levels.stuck, levels.changed = True, 9
    cache: FreshCache[str] = FreshCache(levels, levels, 10)
    await cache.load(LEDGER, "ada", source.read)
    await cache.load(LEDGER, "ada", source.read)
    assert source.asked == 2


async def test_what_is_not_there_is_asked_for_again() -> None:
    levels, source = Levels(at=7), Source()
    source.value = None
    cache: FreshCache[str] = FreshCache(levels, levels, 10)
    assert await cache.load(LEDGER, "ada", source.read) is None
    source.value = "member"
    assert await cache.load(LEDGER, "ada", source.read) == "member"


async def test_the_least_recently_used_is_dropped_first() -> None:
    levels, source = Levels(at=7), Source()
    cache: FreshCache[str] = FreshCache(levels, levels, 2)
    for key in ("ada", "grace", "ada", "linus"):
        await cache.load(LEDGER, key, source.read)
    assert [cache.get(LEDGER, key) for key in ("ada", "grace", "linus")] == ["member", None, "member"]
