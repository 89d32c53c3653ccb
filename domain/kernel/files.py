"""Files: what stands where a process keeps none."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

from domain.kernel.ports import FileMissing, StoreUnavailable

# ruff: noqa: ARG002 - the arguments are the port's


class NoFiles:
    """The store of a process that was built without one: it holds nothing and takes nothing."""

    async def put(self, key: str, body: bytes) -> None:
        """Take nothing."""
        raise StoreUnavailable("this process keeps no files")

    async def get(self, key: str) -> bytes:
        """Hold nothing."""
        raise FileMissing(key)

    async def remove(self, keys: Sequence[str]) -> None:
        """Have nothing to remove."""

    async def older(self, prefix: str, *, than: timedelta) -> AsyncIterator[Sequence[str]]:
        """List nothing."""
        nothing: tuple[Sequence[str], ...] = ()
        for each in nothing:
            yield each
