"""Jars of coins. A label is unique; nothing can be taken out that is not in."""

from typing import Self

from eventsourcing.domain import event

from domain.kernel.aggregate import Aggregate, Event, FirstEvent
from domain.kernel.command import Command, handles
from domain.kernel.errors import Conflict
from domain.kernel.personal import Personal
from domain.kernel.unit import Unit

LABEL_CLAIM = "jar-label"


class NotEnoughCoins(Conflict):
    """There are not enough coins in the jar."""


class Jar(Aggregate):
    class Opened(FirstEvent, frozen=True, kw_only=True):
        project_id: str
        number: int
        label: str

    class Filled(Event, frozen=True, kw_only=True):
        coins: int

    class Emptied(Event, frozen=True, kw_only=True):
        coins: int

    class Given(Event, frozen=True, kw_only=True):
        owner: Personal[str]

    @event(Opened)
    def __init__(self, project_id: str, number: int, label: str) -> None:
        self.project_id, self.number, self.label = project_id, number, label
        self.coins = 0

    @classmethod
    def open(cls, jar_id: str, *, project_id: str, number: int, label: str) -> Self:
        return cls._create(cls.Opened, id=jar_id, project_id=project_id, number=number, label=label)

    def fill(self, coins: int) -> None:
        if coins:
            self._filled(coins=coins)

    def empty(self, coins: int) -> None:
        """Raises NotEnoughCoins."""
        if coins > self.coins:
            raise NotEnoughCoins
        self._emptied(coins=coins)

    def give(self, person_id: str, name: str) -> None:
        self._given(owner=Personal(person_id, name))

    @event(Filled)
    def _filled(self, coins: int) -> None:
        self.coins += coins

    @event(Emptied)
    def _emptied(self, coins: int) -> None:
        self.coins -= coins

    @event(Given)
    def _given(self, owner: Personal[str]) -> None:
        self.owner = owner


class OpenJar(Command, frozen=True, kw_only=True):
    label: str
    project_id: str = ""


class JarCommand(Command, frozen=True, kw_only=True):
    jar_id: str

    def primary_stream(self) -> str:
        return self.jar_id


class FillJar(JarCommand, frozen=True, kw_only=True):
    coins: int


class EmptyJar(JarCommand, frozen=True, kw_only=True):
    coins: int


class PourJar(JarCommand, frozen=True, kw_only=True):
    """From ``jar_id`` into ``other_id``."""

    other_id: str
    coins: int


class GiveJar(JarCommand, frozen=True, kw_only=True):
    person_id: str
    name: str


@handles(OpenJar)
async def open_jar(command: OpenJar, unit: Unit) -> Jar:
    number = await unit.number("jars")
    jar = Jar.open(unit.new_id(), project_id=command.project_id, number=number, label=command.label)
    unit.claim(LABEL_CLAIM, command.label, jar.id)
    return unit.add(jar)


@handles(FillJar)
async def fill_jar(command: FillJar, unit: Unit) -> Jar:
    jar = await unit.get(Jar, command.jar_id)
    jar.fill(command.coins)
    return jar


@handles(EmptyJar)
async def empty_jar(command: EmptyJar, unit: Unit) -> Jar:
    jar = await unit.get(Jar, command.jar_id)
    jar.empty(command.coins)
    return jar


@handles(PourJar)
async def pour_jar(command: PourJar, unit: Unit) -> None:
    (await unit.get(Jar, command.jar_id)).empty(command.coins)
    (await unit.get(Jar, command.other_id)).fill(command.coins)


@handles(GiveJar)
async def give_jar(command: GiveJar, unit: Unit) -> None:
    (await unit.get(Jar, command.jar_id)).give(command.person_id, command.name)
