"""Invoices as PDF files: kept once, replaced by better ones, never left behind without an invoice."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.kernel.actor import SHELL, Actor, ActorKind
from domain.kernel.core import Core
from domain.kernel.files import NoFiles
from domain.kernel.orphans import AGE
from domain.kernel.refusals import NotAllowed
from domain.ledger import invoice_papers
from domain.ledger.invoice_papers import Paper
from domain.ledger.refusals import PaperUnkept, PaperUnusable
from tests.builders import an_invoice

PDF = b"%PDF-1.7\nan invoice"
NEWER = b"%PDF-1.7\nthe invoice, corrected"


async def kept(core: Core) -> list[str]:
    return [key async for keys in core.files.older(invoice_papers.PREFIX, than=timedelta(days=-1)) for key in keys]


async def test_an_invoice_is_found_by_its_number_however_it_is_spelled(core: Core) -> None:
    invoice = await an_invoice(core, "INV-1042")

    done = await invoice_papers.add(core, papers=[Paper("inv-1042", PDF), Paper("INV-404", PDF)], actor=SHELL)

    assert (done.added, done.same, done.unknown) == (("INV-1042",), (), ("INV-404",))
    assert await invoice_papers.found(core, invoice_id=invoice.id) == PDF
    assert len(await kept(core)) == 1


async def test_a_newer_file_takes_the_place_of_the_older_and_the_same_changes_nothing(core: Core) -> None:
    invoice = await an_invoice(core, "INV-1042")
    await invoice_papers.add(core, papers=[Paper("INV-1042", PDF)], actor=SHELL)

    same = await invoice_papers.add(core, papers=[Paper("INV-1042", PDF)], actor=SHELL)
    newer = await invoice_papers.add(core, papers=[Paper("INV-1042", NEWER)], actor=SHELL)

    assert (same.same, newer.added) == (("INV-1042",), ("INV-1042",))
    assert await invoice_papers.found(core, invoice_id=invoice.id) == NEWER
    assert len(await kept(core)) == 1
    rows = await core.database.rows(
        "SELECT fact->>'replaced' AS replaced FROM timeline_entry WHERE kind = 'invoice.paper'"
    )
    assert sorted(row["replaced"] for row in rows) == ["false", "true"]


@pytest.mark.parametrize("body", [b"", b"<html>", b"%PDF-" + b"0" * invoice_papers.LARGEST])
async def test_what_is_no_pdf_or_too_large_is_not_taken(core: Core, body: bytes) -> None:
    await an_invoice(core, "INV-1042")

    with pytest.raises(PaperUnusable, match="INV-1042"):
        await invoice_papers.add(core, papers=[Paper("INV-1042", body)], actor=SHELL)

    assert await kept(core) == []


async def test_without_a_store_nothing_is_taken(core: Core) -> None:
    invoice = await an_invoice(core, "INV-1042")

    with pytest.raises(PaperUnkept):
        await invoice_papers.add(replace(core, files=NoFiles()), papers=[Paper("INV-1042", PDF)], actor=SHELL)

    assert await invoice_papers.found(core, invoice_id=invoice.id) is None


async def test_only_who_may_import_adds_papers(core: Core) -> None:
    nobody = Actor(ActorKind.PERSON, "Vera", frozenset())

    with pytest.raises(NotAllowed):
        await invoice_papers.add(core, papers=[Paper("INV-1042", PDF)], actor=nobody)


async def test_tidying_leaves_papers_and_what_may_be_on_its_way(core: Core) -> None:
    await an_invoice(core, "INV-1042")
    await invoice_papers.add(core, papers=[Paper("INV-1042", PDF)], actor=SHELL)
    await core.files.put(f"{invoice_papers.PREFIX}/00000000-0000-0000-0000-000000000000.pdf", PDF)

    assert await invoice_papers.tidy(core) == 0
    assert len(await kept(core)) == 2
    assert timedelta(hours=1) < AGE
