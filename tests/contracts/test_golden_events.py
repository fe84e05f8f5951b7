"""What was ever written can still be read."""

from collections.abc import Iterator

import msgspec
import pytest

from domain.kernel.event import UnknownEvent, type_named
from domain.kernel.log import StoredEvent
from infra.eventlog.codec import Codec
from tests.contracts.golden import PlainSealer, event_types, read_samples, sample_path, unsealed


def every_shape() -> Iterator[tuple[str, int]]:
    for kind in event_types():
        for schema in range(1, kind.schema + 1):
            yield kind.name, schema


@pytest.mark.parametrize(("name", "schema"), list(every_shape()))
def test_every_shape_has_a_sample(name: str, schema: int) -> None:
    assert sample_path(name, schema).exists(), (
        f"no sample of {name}, schema {schema}: run `python -m tests.contracts.golden` and commit what it writes"
    )


@pytest.mark.parametrize("sample", list(read_samples()), ids=lambda sample: f"{sample.type}.v{sample.schema}")
async def test_every_sample_is_still_read(sample: StoredEvent) -> None:
    codec = Codec(PlainSealer())
    try:
        (recorded,) = await codec.decode([sample])
    except (UnknownEvent, msgspec.ValidationError) as error:
        pytest.fail(f"{sample.type}, schema {sample.schema}, stands in logs and cannot be read any more: {error}")
    assert recorded.event is not None
    kind = type_named(sample.type)
    if sample.schema == kind.schema:
        again = await codec.encode("default/main", recorded.event, version=1, project_id="", metadata=b"")
        before, after = (unsealed(msgspec.json.decode(data)) for data in (sample.data or b"", again.data))
        assert before.items() <= after.items(), "a field of the sample is lost or changed: raise the schema and upcast"
