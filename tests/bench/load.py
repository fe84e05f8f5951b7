"""Closed-loop load: so many in flight, each beginning the next when one is answered."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from itertools import count
from time import perf_counter

from tests.bench.figures import Sample

WARM_UP = 0.2
"""Part of the time that is run before the measurement, so that plans, caches and files are warm."""


async def closed_loop(in_flight: int, seconds: float, step: Callable[[int], Awaitable[object]]) -> Sample:
    """Completed steps a second. ``step`` gets a number that is never given twice."""
    numbers = count(1)
    await _run(in_flight, seconds * WARM_UP, numbers, step)
    started = perf_counter()
    latencies = await _run(in_flight, seconds, numbers, step)
    return sample(latencies, perf_counter() - started)


async def _run(
    in_flight: int, seconds: float, numbers: "count[int]", step: Callable[[int], Awaitable[object]]
) -> list[float]:
    latencies: list[float] = []
    end = perf_counter() + seconds

    async def one_after_the_other() -> None:
        while (started := perf_counter()) < end:
            await step(next(numbers))
            latencies.append(perf_counter() - started)

    await asyncio.gather(*(one_after_the_other() for _ in range(in_flight)))
    return latencies


def sample(latencies: Sequence[float], seconds: float) -> Sample:
    """Of latencies in seconds, measured over ``seconds``."""
    ordered = sorted(latencies)
    return Sample(len(ordered) / seconds, percentile(ordered, 0.5) * 1000, percentile(ordered, 0.99) * 1000)


def percentile(ordered: Sequence[float], part: float) -> float:
    return ordered[min(int(len(ordered) * part), len(ordered) - 1)] if ordered else 0.0
