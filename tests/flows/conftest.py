"""The stage for each flow."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.flows.stage import Stage, stage


@pytest_asyncio.fixture
async def on_stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """The whole product against the sandbox, with an empty ledger."""
    async with stage(tmp_path) as there:
        yield there
