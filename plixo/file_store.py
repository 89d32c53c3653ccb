"""The store of files, by obstore: a folder of this machine, or a bucket of a service that speaks S3."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from domain.kernel.ports import FileMissing, StoreUnavailable

PAGE = 1_000
"""Keys of one page when a store is listed, and of one removal."""

TRIES, PATIENCE = 3, timedelta(seconds=20)
"""How often, and for how long, a bucket that does not answer is asked again: a payer waits in front of the screen. The
library's own three minutes are longer than most proxies wait."""


class UrlUnusable(Exception):
    """Say why the address of the store cannot be used."""


class Files:
    """Files under one prefix of a store."""

    def __init__(self, store: ObjectStore, *, folder: Path | None = None) -> None:
        self._store, self._folder = store, folder

    async def put(self, key: str, body: bytes) -> None:
        """Keep a file, on the disk itself where that is ours."""
        try:
            await obstore.put_async(self._store, key, body)
            if self._folder is not None:
                await asyncio.to_thread(_written_through, self._folder / key, self._folder)
        except (BaseError, OSError) as error:
            raise StoreUnavailable(type(error).__name__) from error

    async def get(self, key: str) -> bytes:
        """Return a file."""
        try:
            found = await obstore.get_async(self._store, key)
            return bytes(await found.bytes_async())
        except FileNotFoundError:
            raise FileMissing(key) from None
        except (BaseError, OSError) as error:
            raise StoreUnavailable(type(error).__name__) from error

    async def remove(self, keys: Sequence[str]) -> None:
        """Remove files one by one; a folder refuses a whole set for one that is missing."""
        for key in keys:
            try:
                await obstore.delete_async(self._store, key)
            except FileNotFoundError:
                continue
            except (BaseError, OSError) as error:
                raise StoreUnavailable(type(error).__name__) from error

    async def older(self, prefix: str, *, than: timedelta) -> AsyncIterator[Sequence[str]]:
        """Return the keys that were kept longer ago than that."""
        before = datetime.now(UTC) - than
        if self._folder is not None:
            await asyncio.to_thread(_without_remains, self._folder / prefix, before)
        try:
            async for page in obstore.list(self._store, prefix, chunk_size=PAGE):
                yield [str(each["path"]) for each in page if each["last_modified"] < before]
        except (BaseError, OSError) as error:
            raise StoreUnavailable(type(error).__name__) from error


def files(url: str | None, *, data_dir: Path) -> Files:
    """Open the store; the folder ``files`` of the data folder where no address is set.

    Raises:
        UrlUnusable: No store can be made of the address.
    """
    folder = _folder(url, data_dir)
    try:
        if folder is None:
            assert url is not None, "what is no folder has an address"
            return Files(from_url(url, retry_config={"max_retries": TRIES, "retry_timeout": PATIENCE}))
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Files(LocalStore(folder), folder=folder)
    except (BaseError, OSError, ValueError) as error:
        raise UrlUnusable(f"The files cannot be kept at PLIXO_FILES_URL ({type(error).__name__}).") from error


def _folder(url: str | None, data_dir: Path) -> Path | None:
    if url is None:
        return (data_dir / "files").absolute()
    scheme, _, rest = url.partition("://")
    return Path(rest) if scheme == "file" else None


def _written_through(file: Path, top: Path) -> None:
    """Wait until a file, and the folders that name it, are on the disk."""
    for each in (file, *file.relative_to(top).parents):
        handle = os.open(each if each is file else top / each, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _without_remains(folder: Path, before: datetime) -> None:
    """Remove what a process that died had begun to write; such files end in ``#`` and a number."""
    for each in folder.rglob("*#*"):
        with suppress(OSError):
            if each.is_file() and each.stat().st_mtime < before.timestamp():
                each.unlink()
