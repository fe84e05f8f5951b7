"""The eventsourcing library's own recorder cases, run against the log on PostgreSQL."""

from collections.abc import Sequence
from typing import Any, ClassVar
from unittest import skip
from uuid import uuid4

from eventsourcing.persistence import ApplicationRecorder, StoredEvent
from eventsourcing.tests.persistence import AggregateRecorderTestCase, ApplicationRecorderTestCase, RecorderTestCase

from infra.eventlog.recorder import LogRecorder
from tests.threaded import Elsewhere, elsewhere

FROM_ZERO = "writes versions from 0 whatever the initial version is: there is no place before a stream's first event"


class OnPostgres(RecorderTestCase):
    """A ledger for each recorder, and one database for each class."""

    recorder_class: ClassVar[type[LogRecorder]] = LogRecorder
    place: ClassVar[Elsewhere]

    @classmethod
    def setUpClass(cls) -> None:
        cls.place = cls.enterClassContext(elsewhere())

    def new_originator_id(self) -> str:
        return str(uuid4())

    def create_recorder(self) -> Any:
        return self.recorder_class(self.place.log, self.place.new_ledger(), self.place.loop)


class FromZero(LogRecorder):
    first_version = 0


class WithoutPositions(FromZero):
    """The library's plain recorder of aggregates answers an insert with None."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> None:
        super().insert_events(stored_events, **kwargs)


class TestApplicationRecorder(OnPostgres, ApplicationRecorderTestCase[ApplicationRecorder]):
    """Streams begin at 0, since the library's concurrent cases write from there."""

    INITIAL_VERSION = 0
    recorder_class = FromZero
    test_insert_subscribe = ApplicationRecorderTestCase.optional_test_insert_subscribe


class TestApplicationRecorderFromOne(OnPostgres, ApplicationRecorderTestCase[ApplicationRecorder]):
    """As our aggregates number their events."""

    test_insert_subscribe = ApplicationRecorderTestCase.optional_test_insert_subscribe

    @skip(FROM_ZERO)
    def test_concurrent_no_conflicts(self, *_: Any) -> None: ...

    @skip(FROM_ZERO)
    def test_concurrent_throughput(self) -> None: ...


class TestAggregateRecorder(OnPostgres, AggregateRecorderTestCase):
    """Streams begin at 0, since the case writes one from there."""

    INITIAL_VERSION = 0
    recorder_class = WithoutPositions
