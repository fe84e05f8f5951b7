"""The figures that operators watch."""

from infra.telemetry.metrics import Metrics


def text(metrics: Metrics) -> str:
    return metrics.exposition()[0].decode()


def test_what_was_counted_is_in_the_exposition() -> None:
    metrics = Metrics()
    metrics.appended(0.002, 12)
    metrics.queued(3)
    metrics.projected("interactive", 12, 0.004)
    metrics.answered("GET", "/api/me", 200, 0.01)
    metrics.answered("GET", "/api/me", 200, 0.01)
    metrics.reader_opened("generic")
    metrics.reader_opened("generic")
    metrics.reader_closed("generic")
    lines = text(metrics).splitlines()
    assert 'http_requests_total{method="GET",route="/api/me",status="200"} 2.0' in lines
    assert "event_append_batch_commands_sum 12.0" in lines
    assert "event_append_queue_depth 3.0" in lines
    assert 'event_stream_readers{stream="generic"} 1.0' in lines
    assert 'projected_events_total{group="interactive"} 12.0' in lines


def test_how_far_projections_are_behind_is_asked_at_each_scrape() -> None:
    metrics = Metrics()
    lags = [("default/main", "board", 5, 1.5, True)]
    metrics.watch_projections(lambda: lags)
    assert 'projection_lag_events{ledger="default/main",projection="board"} 5.0' in text(metrics)
    assert 'projection_parked{ledger="default/main",projection="board"} 1.0' in text(metrics)
    lags[0] = ("default/main", "board", 0, 0.0, False)
    assert 'projection_lag_events{ledger="default/main",projection="board"} 0.0' in text(metrics)


def test_the_process_itself_is_measured() -> None:
    assert "process_resident_memory_bytes" in text(Metrics())
