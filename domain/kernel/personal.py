"""Personal data on events: readable while the person's key exists, gone for ever once it is destroyed."""

from typing import Generic, TypeVar

T = TypeVar("T")


class Personal(Generic[T]):
    """A value about one person, stored sealed under that person's key.

    ``value`` is None once the person was forgotten. ``sealed`` are bytes that only the key ring can open.
    """

    __slots__ = ("person_id", "sealed", "value")

    def __init__(self, person_id: str, value: T | None, sealed: bytes | None = None) -> None:
        self.person_id = person_id
        self.value = value
        self.sealed = sealed

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Personal) and (self.person_id, self.value) == (other.person_id, other.value)

    def __hash__(self) -> int:
        return hash((self.person_id, self.value))

    def __repr__(self) -> str:
        return f"Personal({self.person_id!r}, ...)"
