"""Files from outside: put away before they are recorded, looked into before they go out, nothing left behind."""

import asyncio
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from PIL import Image

from domain.commitments import dispute_queries, disputes, document_checks, documents
from domain.commitments.dispute_refusals import DocumentHeld, DocumentUnusable, DocumentWaits, FilesUnkept
from domain.commitments.documents import Accepted, Upload
from domain.commitments.objections import Filing
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.jobs import TryLater
from domain.kernel.ports import CheckUnavailable, StoreUnavailable
from domain.ledger.refusals import InvoiceNotFound
from plixo import wiring
from plixo.file_store import Files
from tests.builders import an_invoice
from tests.domain.commitments.disputes_filed import euros

PDF = b"%PDF-1.7\nan order"


def image(form: str = "PNG", size: tuple[int, int] = (3000, 2000), *, behind: bytes = b"") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "navy").save(out, form, comment=b"<script>alert(1)</script>")
    return out.getvalue() + behind


class Away(Files):
    """A store that does not answer."""

    def __init__(self) -> None:
        """Have nothing."""

    async def put(self, key: str, body: bytes) -> None:
        raise StoreUnavailable("test")

    async def get(self, key: str) -> bytes:
        raise StoreUnavailable("test")

    async def remove(self, keys: Sequence[str]) -> None:
        raise StoreUnavailable("test")


class Says:
    """A virus check with one answer."""

    def __init__(self, answer: str | Exception | None) -> None:
        self.answer = answer

    async def found(self, body: bytes) -> str | None:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


async def kept(core: Core) -> list[str]:
    return [key async for keys in core.files.older("", than=timedelta(days=-1)) for key in keys]


async def filed(core: Core, *files: Upload, invoice: str = "INV-1") -> UUID:
    filing = Filing(reason_code="other", description="Wrong.", documents=files)
    return (await disputes.file(core, invoice_number=invoice, filing=filing, actor=SHELL)).dispute_id


async def one(core: Core, dispute_id: UUID) -> UUID:
    (line,) = (await dispute_queries.dispute(core, dispute_id=dispute_id)).documents
    return line.document_id


@pytest.fixture(autouse=True)
async def invoice(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))


async def test_a_file_waits_until_it_was_examined(core: Core) -> None:
    document = await one(core, await filed(core, Upload("a.pdf", PDF)))

    with pytest.raises(DocumentWaits):
        await documents.content(core, document_id=document)
    await document_checks.examine(core, document_id=str(document))

    assert (await documents.content(core, document_id=document)).body == PDF


async def test_the_examination_follows_from_the_filing(core: Core) -> None:
    core.jobs.bind({kind.name: wiring.nothing for kind in wiring.JOBS} | wiring.domain_functions(core))
    document = await one(core, await filed(core, Upload("a.pdf", PDF)))

    await core.jobs.work(concurrency=1, stop=asyncio.Event(), until_idle=True)

    assert (await documents.content(core, document_id=document)).body == PDF


async def test_a_refused_filing_leaves_no_file_behind(core: Core) -> None:
    with pytest.raises(InvoiceNotFound):
        await filed(core, Upload("a.pdf", PDF), invoice="INV-404")
    with pytest.raises(DocumentUnusable):
        await filed(core, Upload("a.pdf", PDF), Upload("b.exe", b"MZ"))

    assert await kept(core) == []


async def test_a_file_that_is_there_already_is_not_kept_twice(core: Core) -> None:
    dispute = await filed(core, Upload("a.pdf", PDF))
    await disputes.add_documents(core, dispute_id=dispute, uploads=(Upload("again.pdf", PDF),), actor=SHELL)

    assert await kept(core) == [documents.key_of(await one(core, dispute))]


async def test_without_a_store_nothing_is_filed(core: Core) -> None:
    away = replace(core, files=Away())

    with pytest.raises(FilesUnkept):
        await filed(away, Upload("a.pdf", PDF))

    assert await core.database.rows("SELECT 1 FROM dispute") == []


async def test_a_document_stays_while_its_store_is_away(core: Core) -> None:
    document = await one(core, await filed(core, Upload("a.pdf", PDF)))

    with pytest.raises(TryLater):
        await document_checks.examine(replace(core, files=Away()), document_id=str(document))
    await document_checks.examine(core, document_id=str(document))

    with pytest.raises(FilesUnkept):
        await documents.content(replace(core, files=Away()), document_id=document)


async def test_what_the_virus_check_finds_is_handed_to_nobody_and_told(core: Core) -> None:
    document = await one(core, await filed(core, Upload("a.pdf", PDF)))

    await document_checks.examine(core, document_id=str(document), check=Says("Eicar-Test"))
    await document_checks.examine(core, document_id=str(document), check=Says("Eicar-Test"))

    with pytest.raises(DocumentHeld):
        await documents.content(core, document_id=document)
    told = await core.database.rows("SELECT fact FROM timeline_entry WHERE kind = 'document.held'")
    assert [row["fact"]["found"] for row in told] == ["Eicar-Test"]


async def test_a_virus_check_that_gives_no_verdict_lets_the_file_wait(core: Core) -> None:
    document = await one(core, await filed(core, Upload("a.pdf", PDF)))

    with pytest.raises(TryLater):
        await document_checks.examine(core, document_id=str(document), check=Says(CheckUnavailable("test")))

    with pytest.raises(DocumentWaits):
        await documents.content(core, document_id=document)


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
async def test_an_image_is_kept_as_it_came_and_shown_drawn_anew(core: Core, form: str) -> None:
    body = image(form, behind=b"<html><script>alert(2)</script>")
    document = await one(core, await filed(core, Upload("photo", body)))
    await document_checks.examine(core, document_id=str(document))

    shown = await documents.picture(core, document_id=document)

    assert (await documents.content(core, document_id=document)).body == body
    assert shown is not None
    assert b"script" not in shown
    with Image.open(io.BytesIO(shown)) as picture:
        assert (picture.format, picture.size) == ("PNG", (1600, 1067))


@pytest.mark.parametrize("body", [b"\x89PNG\r\n\x1a\nnot really", image()[:200], b"\xff\xd8\xff" + b"\0" * 100])
async def test_an_image_that_cannot_be_drawn_is_a_download_all_the_same(core: Core, body: bytes) -> None:
    document = await one(core, await filed(core, Upload("photo.png", body)))
    await document_checks.examine(core, document_id=str(document))

    assert await documents.picture(core, document_id=document) is None
    assert (await documents.content(core, document_id=document)).body == body


async def test_a_picture_that_would_fill_the_memory_is_not_drawn() -> None:
    bomb = image(size=(20_000, 6_000))

    assert await document_checks.picture_of(bomb) is None


async def test_tidying_removes_what_no_document_knows(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_checks, "ORPHAN_AGE", timedelta(seconds=-1))
    document = await one(core, await filed(core, Upload("photo.png", image())))
    await document_checks.examine(core, document_id=str(document))
    await core.files.put(documents.key_of(uuid4()), b"orphan")

    assert await document_checks.tidy(core) == 1

    assert sorted(await kept(core)) == [documents.key_of(document), documents.picture_key_of(document)]


async def test_tidying_takes_what_is_named_by_no_id_of_ours(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_checks, "ORPHAN_AGE", timedelta(seconds=-1))
    document = await one(core, await filed(core, Upload("a.pdf", PDF)))
    await core.files.put(f"{documents.PREFIX}/notes", b"no id")
    await core.files.put(documents.key_of(document).upper().replace("DOCUMENTS", documents.PREFIX), b"not as we write")

    assert await document_checks.tidy(core) == 2

    assert await kept(core) == [documents.key_of(document)]


async def test_a_page_of_files_is_looked_up_by_the_index_of_their_ids(core: Core) -> None:
    async with core.transaction() as tx:
        await tx.execute("SET LOCAL enable_seqscan = off")
        rows = await tx.rows(f"EXPLAIN {document_checks._KNOWN}", ([uuid4() for _ in range(1000)],))

    plan = "\n".join(str(row["QUERY PLAN"]) for row in rows)
    assert "document_pkey" in plan, plan
    assert "Seq Scan" not in plan, plan


async def test_tidying_leaves_what_may_be_on_its_way(core: Core) -> None:
    await core.files.put(documents.key_of(uuid4()), b"just put")

    assert await document_checks.tidy(core) == 0


async def test_after_a_crash_nobody_removes_what_may_have_been_committed(core: Core) -> None:
    files = (Accepted("a.pdf", "other", "application/pdf", b"", PDF),)

    with pytest.raises(RuntimeError, match="power"):
        async with documents.stored(core, files):
            raise RuntimeError("power")

    assert len(await kept(core)) == 1
