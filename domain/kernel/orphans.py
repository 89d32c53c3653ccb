"""Orphans: files in the store that no row knows, left by a process that died between the two."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import timedelta
from uuid import UUID

import structlog

from domain.kernel.ports import FileStore

log = structlog.get_logger(__name__)

AGE = timedelta(days=1)
"""A file that no row knows is removed after so long; no transaction takes that time."""


async def removed(
    files: FileStore,
    prefix: str,
    *,
    known: Callable[[Sequence[UUID]], Awaitable[Collection[UUID]]],
    age: timedelta = AGE,
) -> int:
    """Remove the files under *prefix* that have no row, and return how many.

    *known* tells for some ids, which are the ends of keys without their suffix, which of them have a row. It is asked
    once for each page of the store's listing, by ids as the rows have them, so an index answers. What is not named by
    an id is no file of ours.

    Raises:
        StoreUnavailable: The store does not answer.
    """
    count = 0
    async for keys in files.older(prefix, than=age):
        ids = {key: _id(key) for key in keys}
        asked = sorted({each for each in ids.values() if each is not None})
        here = set(await known(asked)) if asked else set()
        orphans = [key for key, each in ids.items() if each not in here]
        await files.remove(orphans)
        count += len(orphans)
    if count:
        log.info("files without a row were removed", files=count, prefix=prefix)
    return count


def _id(key: str) -> UUID | None:
    """Return the id that names a file, if it is written as we write ids."""
    name = key.rpartition("/")[2].partition(".")[0]
    try:
        found = UUID(name)
    except ValueError:
        return None
    return found if str(found) == name else None
