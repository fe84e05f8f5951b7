"""The figures that operators watch, in the text format of Prometheus."""

from collections.abc import Callable, Iterable

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
COMMANDS = (1, 2, 4, 8, 16, 32, 64, 128, 256)

Lag = tuple[str, str, int, float, bool]
"""(ledger, projection, events behind the head, seconds behind it, whether it is parked)"""


class Metrics:
    """One for a process. Everything that is counted has a method here."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self._registry)
        self._append_seconds = self._histogram("event_append_seconds", "From queued to on disk, a batch", SECONDS)
        self._batch_commands = self._histogram("event_append_batch_commands", "Commands that one commit took", COMMANDS)
        self._queue = Gauge("event_append_queue_depth", "Commands waiting to be appended", registry=self._registry)
        self._requests = Counter(
            "http_requests_total", "Requests answered", ["method", "route", "status"], registry=self._registry
        )
        self._request_seconds = Histogram(
            "http_request_duration_seconds",
            "Time to the last byte of an answer, without streams",
            ["method", "route"],
            buckets=SECONDS,
            registry=self._registry,
        )
        self._projected_events = Counter(
            "projected_events_total", "Events that read models moved past", ["group"], registry=self._registry
        )
        self._projected_seconds = Histogram(
            "projection_transaction_seconds",
            "One transaction of a projector",
            ["group"],
            buckets=SECONDS,
            registry=self._registry,
        )
        self._readers = Gauge("event_stream_readers", "Open streams", ["stream"], registry=self._registry)
        self._routes: dict[tuple[str, str], Histogram] = {}
        self._answers: dict[tuple[str, str, int], Counter] = {}

    def appended(self, seconds: float, commands: int) -> None:
        """One commit of the event log: how long it took, and how many commands it held."""
        self._append_seconds.observe(seconds)
        self._batch_commands.observe(commands)

    def queued(self, depth: int) -> None:
        self._queue.set(depth)

    def projected(self, group: str, events: int, seconds: float) -> None:
        """One transaction of the projector: how many events it folded, and how long it took."""
        self._projected_events.labels(group).inc(events)
        self._projected_seconds.labels(group).observe(seconds)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request. ``route`` is the path template, so that ids don't make series."""
        answers = self._answers.get((method, route, status))
        if answers is None:
            answers = self._answers[method, route, status] = self._requests.labels(method, route, str(status))
        answers.inc()
        duration = self._routes.get((method, route))
        if duration is None:
            duration = self._routes[method, route] = self._request_seconds.labels(method, route)
        duration.observe(seconds)

    def reader_opened(self, stream: str) -> None:
        self._readers.labels(stream).inc()

    def reader_closed(self, stream: str) -> None:
        self._readers.labels(stream).dec()

    def watch_projections(self, lags: Callable[[], Iterable[Lag]]) -> None:
        """Ask ``lags`` at each scrape how far every projection is behind its ledger."""
        self._registry.register(_Lags(lags))

    def exposition(self) -> tuple[bytes, str]:
        """All figures, and their content type."""
        return generate_latest(self._registry), CONTENT_TYPE_LATEST

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(name, text, buckets=buckets, registry=self._registry)


class _Lags(Collector):
    def __init__(self, lags: Callable[[], Iterable[Lag]]) -> None:
        self._lags = lags

    def collect(self) -> Iterable[Metric]:
        labels = ["ledger", "projection"]
        events = GaugeMetricFamily("projection_lag_events", "Events that a projection has still to fold", labels=labels)
        seconds = GaugeMetricFamily("projection_lag_seconds", "Age of the oldest event not folded", labels=labels)
        parked = GaugeMetricFamily("projection_parked", "1 for a projection that failed and waits", labels=labels)
        for ledger, projection, behind, age, is_parked in self._lags():
            events.add_metric([ledger, projection], behind)
            seconds.add_metric([ledger, projection], age)
            parked.add_metric([ledger, projection], float(is_parked))
        return [events, seconds, parked]
