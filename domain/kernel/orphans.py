"""Orphans: files in the store that no row knows, left by a process that died between the two."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import timedelta

import structlog

from domain.kernel.ports import FileStore

log = structlog.get_logger(__name__)

AGE = timedelta(days=1)
"""A file that no row knows is removed after so long; no transaction takes that time."""


async def removed(
    files: FileStore, prefix: str, *, known: Callable[[Sequence[str]], Awaitable[Collection[str]]], age: timedelta = AGE
) -> int:
    """Remove the files under *prefix* that have no row, and return how many.

    *known* tells for some names, which are the ends of keys without their suffix, which of them have a row.

    Raises:
        StoreUnavailable: The store does not answer.
    """
    count = 0
    async for keys in files.older(prefix, than=age):
        names = {key: key.rpartition("/")[2].partition(".")[0] for key in keys}
        here = set(await known(sorted(set(names.values())))) if names else set()
        orphans = [key for key, name in names.items() if name not in here]
        await files.remove(orphans)
        count += len(orphans)
    if count:
        log.info("files without a row were removed", files=count, prefix=prefix)
    return count
