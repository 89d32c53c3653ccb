"""Tests here may publish segments of their own; the next test finds the shipped policy again."""

from collections.abc import AsyncIterator

import pytest_asyncio

from domain.kernel.core import Core
from tests.domain.outreach.stage import forget_segments


@pytest_asyncio.fixture(autouse=True)
async def policies_as_shipped(core: Core) -> AsyncIterator[None]:
    """Remove what a test published."""
    yield
    await forget_segments(core)
