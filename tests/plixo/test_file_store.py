"""The store of files: what was put is there after a restart, and what cannot be done is said."""

import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from domain.kernel.ports import FileMissing, StoreUnavailable
from plixo import file_store
from tests.plixo.s3_stand_in import a_bucket


async def listed(store: file_store.Files, *, than: timedelta = timedelta(days=-1)) -> list[str]:
    return sorted([key async for keys in store.older("documents", than=than) for key in keys])


@pytest.mark.parametrize("url", [None, "file"])
async def test_what_was_put_is_there_for_the_next_process(tmp_path: Path, url: str | None) -> None:
    address = url and f"file://{tmp_path}/elsewhere"
    await file_store.files(address, data_dir=tmp_path).put("documents/a", b"body")

    again = file_store.files(address, data_dir=tmp_path)

    assert await again.get("documents/a") == b"body"
    assert (tmp_path / ("elsewhere" if url else "files") / "documents" / "a").exists()


async def test_others_of_the_machine_cannot_read_the_folder(tmp_path: Path) -> None:
    file_store.files(None, data_dir=tmp_path)

    assert (tmp_path / "files").stat().st_mode & 0o077 == 0


async def test_what_is_not_there_is_said_and_removed_without_a_word(tmp_path: Path) -> None:
    store = file_store.files(None, data_dir=tmp_path)

    with pytest.raises(FileMissing):
        await store.get("documents/none")
    await store.put("documents/a", b"1")
    await store.remove(["documents/none", "documents/a"])

    assert await listed(store) == []


async def test_old_files_are_told_from_new_ones(tmp_path: Path) -> None:
    store = file_store.files(None, data_dir=tmp_path)
    await store.put("documents/old", b"1")
    await store.put("documents/new", b"2")
    os.utime(tmp_path / "files" / "documents" / "old", (time.time() - 7200,) * 2)

    assert await listed(store, than=timedelta(hours=1)) == ["documents/old"]


async def test_what_a_dead_process_had_begun_to_write_is_cleared(tmp_path: Path) -> None:
    store = file_store.files(None, data_dir=tmp_path)
    await store.put("documents/a", b"1")
    begun = tmp_path / "files" / "documents" / "b#1"
    begun.write_bytes(b"ha")
    os.utime(begun, (time.time() - 7200,) * 2)

    await listed(store, than=timedelta(hours=1))

    assert not begun.exists()


async def test_a_store_that_takes_nothing_says_so(tmp_path: Path) -> None:
    store = file_store.files(None, data_dir=tmp_path)
    (tmp_path / "files" / "documents").write_bytes(b"a file where a folder should be")

    with pytest.raises(StoreUnavailable):
        await store.put("documents/a", b"1")


@pytest.mark.parametrize("url", ["nonsense", "gopher://x/y", "s3://"])
def test_an_address_that_names_no_store_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(file_store.UrlUnusable, match="PLIXO_FILES_URL"):
        file_store.files(url, data_dir=tmp_path)


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], file_store.Files]:
    """Return how to open a bucket's store, with the variables that every program of that kind reads."""

    def opened(endpoint: str) -> file_store.Files:
        for name, value in {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": "AKIATEST",
            "AWS_SECRET_ACCESS_KEY": "not a secret",
            "AWS_REGION": "eu-central-1",
        }.items():
            monkeypatch.setenv(name, value)
        return file_store.files("s3://files/plixo", data_dir=Path("/nowhere"))

    return opened


async def test_a_bucket_keeps_hands_out_lists_and_removes(s3: Callable[[str], file_store.Files]) -> None:
    async with a_bucket() as (bucket, endpoint):
        store = s3(endpoint)
        for name in "abcde":
            await store.put(f"documents/{name}", name.encode() * 100_000)
        listed_before = await listed(store)
        await store.remove(["documents/a", "documents/none"])

        assert "plixo/documents/b" in bucket.objects, "under the prefix of the address"
        assert await store.get("documents/b") == b"b" * 100_000
        assert listed_before == [f"documents/{name}" for name in "abcde"]
        assert await listed(store, than=timedelta(days=1)) == []
        with pytest.raises(FileMissing):
            await store.get("documents/a")
        assert bucket.signed > 0


async def test_a_bucket_that_lets_nobody_in_says_so(s3: Callable[[str], file_store.Files]) -> None:
    async with a_bucket() as (bucket, endpoint):
        store = s3(endpoint)
        bucket.away = True

        with pytest.raises(StoreUnavailable):
            await store.put("documents/a", b"1")
        with pytest.raises(StoreUnavailable):
            await store.get("documents/a")
        with pytest.raises(StoreUnavailable):
            await listed(store)


async def test_a_bucket_that_is_broken_is_asked_a_few_times_and_not_for_minutes(
    s3: Callable[[str], file_store.Files],
) -> None:
    async with a_bucket() as (bucket, endpoint):
        bucket.broken = file_store.TRIES
        await s3(endpoint).put("documents/a", b"1")
        bucket.broken = 100

        with pytest.raises(StoreUnavailable):
            await s3(endpoint).put("documents/b", b"1")

    assert list(bucket.objects) == ["plixo/documents/a"]
    assert bucket.broken == 100 - (1 + file_store.TRIES)
