"""The disk of the files is full or gone while a payer hands some in: nothing is half sent, and what was typed stays."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.ports import StoreUnavailable
from domain.ledger import invoice_papers
from domain.ledger.invoice_papers import Paper
from plixo import file_store
from plixo.file_store import Files
from tests.portal.browsers import Browser
from tests.portal.forms_sent import send_files, token
from tests.portal.payers import a_payer

PDF = b"%PDF-1.7\n" + b"an order\n" * 200
PNG = b"\x89PNG\r\n\x1a\n" + b"a photo\n" * 200


class Disk:
    """The folder of the files, which can be full from one moment on, and gone."""

    def __init__(self, data_dir: Path) -> None:
        self._folder, self._away = data_dir / "files", data_dir / "files-away"
        self.files = Sized(file_store.files(None, data_dir=data_dir))

    def full_after(self, count: int) -> None:
        """Have room for so many files more."""
        self.files.room = count

    def gone(self) -> None:
        """Be mounted no more: where the folder was, nothing can be made."""
        self._folder.rename(self._away)
        self._folder.touch()

    def well(self) -> None:
        """Be there, with room."""
        self.files.room = None
        if self._away.exists():
            self._folder.unlink()
            self._away.rename(self._folder)

    async def kept(self) -> list[str]:
        """Return the keys of what lies there."""
        return [key async for page in self.files.older("", than=timedelta(days=-1)) for key in page]


class Sized(Files):
    """A store with room for so many files."""

    def __init__(self, store: Files) -> None:
        super().__init__(store._store, folder=store._folder)
        self.room: int | None = None

    async def put(self, key: str, body: bytes) -> None:
        if self.room is not None:
            if not self.room:
                raise StoreUnavailable("No space left on device")
            self.room -= 1
        await super().put(key, body)


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path)


@pytest_asyncio.fixture
async def core(core: Core, disk: Disk) -> Core:
    return replace(core, files=disk.files)


FORMS = {
    "/i/dispute": ("/i/dispute?code=poor_quality", "description", "dispute",
                   {"code": "poor_quality", "how": "whole"}),
    "/i/question": ("/i/question", "text", "question", {}),
    "/support": ("/support", "text", "support_request", {}),
}  # fmt: skip
"""Where files are handed in: the page of the form, the field of its words, its table, what else is sent."""

BREAKS: dict[str, Callable[[Disk], None]] = {"full": lambda disk: disk.full_after(1), "gone": Disk.gone}


@pytest.mark.parametrize("how", BREAKS)
@pytest.mark.parametrize("path", FORMS)
async def test_files_that_cannot_be_kept_leave_nothing_behind_and_are_taken_when_they_can(
    core: Core, browser: Browser, disk: Disk, path: str, how: str
) -> None:
    page, words, table, more = FORMS[path]
    await a_payer(core, browser)
    fields = {"token": await token(browser, page), words: "All of it arrived broken.", **more}
    field = "file-photo" if "code" in more else "file-other"
    files = [(field, "photo.png", PNG), ("file-other", "order.pdf", PDF)]
    BREAKS[how](disk)

    refused = await send_files(browser, path, fields, files)
    disk.well()
    left = await disk.kept()
    rows = await core.database.rows(f"SELECT 1 FROM {table}")
    taken = await send_files(browser, path, fields, files)

    assert refused.status == 503
    assert int(refused.headers["Retry-After"]) > 0
    assert "All of it arrived broken." in refused.text
    assert (left, rows) == ([], [])
    assert taken.status == 303
    assert len(await disk.kept()) == len(files)


async def test_an_invoice_whose_file_cannot_be_read_is_asked_for_again_later(
    core: Core, browser: Browser, disk: Disk
) -> None:
    await a_payer(core, browser)
    await invoice_papers.add(core, papers=[Paper("INV-1042", PDF)], actor=SHELL)

    disk.gone()
    refused = await browser.get("/i/invoice.pdf")
    disk.well()
    handed = await browser.get("/i/invoice.pdf")

    assert (refused.status, handed.status) == (503, 200)
    assert int(refused.headers["Retry-After"]) > 0
    assert "again" in refused.text
