"""Every row of the table, in its order."""

from tests.bench import append, growth, http, ledgers, memory, projections, replay, streams

GROUPS = (
    *append.GROUPS,
    *ledgers.GROUPS,
    *growth.GROUPS,
    *replay.GROUPS,
    *projections.GROUPS,
    *http.GROUPS,
    *streams.GROUPS,
    *memory.GROUPS,
)
