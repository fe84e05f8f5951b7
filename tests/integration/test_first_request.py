"""Whoever may ask first, a client that comes before anything happened finds every read model there, and empty."""

import asyncio
from pathlib import Path

from infra.config import Secret, Settings
from infra.postgres.embedded import Addresses
from infra.postgres.reader import PoolReader
from infra.runtime import Runtime
from projections.registry import ALL


async def test_every_table_is_there_before_a_projector_runs(database: Addresses, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, master_key=Secret(bytes(32)))
    both = await asyncio.gather(*(Runtime.open(settings, database) for _ in range(2)))
    try:
        reader = PoolReader(both[0].pool)
        for table in (row.table for projection in ALL for row in projection.rows):
            assert await reader.fetchval(f"select count(*) from {table}") == 0  # noqa: S608 - names from our classes
    finally:
        for runtime in both:
            await runtime.close()
