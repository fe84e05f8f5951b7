"""What a row of the table is, and how its rounds come to one figure."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from statistics import median

import msgspec

from tests.bench.stage import Stage


class Sample(msgspec.Struct, frozen=True):
    """One measurement of one round: a rate or a size, and for what has a latency its percentiles in milliseconds."""

    value: float
    p50: float | None = None
    p99: float | None = None


Samples = dict[str, Sample]


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the table: the median over the rounds of ``of``, beside that of the yardstick ``against``.

    ``take`` says what of the sample the target speaks of: its value, a percentile, or its ratio to the yardstick.
    """

    name: str
    unit: str
    target: float | None
    of: str
    against: str | None = None
    take: str = "value"
    at_most: bool = False

    def met(self, value: float) -> bool:
        return self.target is None or (value <= self.target if self.at_most else value >= self.target)


class Group(msgspec.Struct, frozen=True):
    """Figures that are measured together. ``rounds`` yields the samples of each round."""

    figures: Sequence[Figure]
    rounds: Callable[[Stage], AsyncIterator[Samples]]


class Result(msgspec.Struct, frozen=True):
    """A line of the file: ``ratio`` is to the yardstick named by ``against``."""

    name: str
    value: float
    unit: str
    target: float | None
    ratio: float | None
    against: str | None
    p50: float | None
    p99: float | None
    met: bool


def summed_up(figure: Figure, rounds: Sequence[Samples]) -> Result:
    samples = [samples[figure.of] for samples in rounds]
    ratio = None
    if figure.against is not None:
        yardsticks = [samples[figure.against].value for samples in rounds]
        ratio = median(
            sample.value / yardstick if yardstick else 0.0
            for sample, yardstick in zip(samples, yardsticks, strict=True)
        )
    p50, p99 = (_median(getattr(sample, name) for sample in samples) for name in ("p50", "p99"))
    value = {"value": median(sample.value for sample in samples), "p50": p50, "p99": p99, "ratio": ratio}[figure.take]
    return Result(
        name=figure.name,
        value=value or 0.0,
        unit=figure.unit,
        target=figure.target,
        ratio=ratio,
        against=figure.against,
        p50=p50,
        p99=p99,
        met=figure.met(value or 0.0),
    )


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
