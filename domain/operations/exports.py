"""Exports: papers, tables and charts as files, for whoever may see what is in them; each is noted with its taker."""

import asyncio
import io
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from domain.kernel import request_ids, timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.speech import say
from domain.kernel.transactions import Transaction
from domain.ledger import ageing_before, collected, invoice_papers, invoices, statement_papers, statements
from domain.operations import export_tables, funnel, readiness_accounts, report_files
from domain.operations.digest_contents import Kind as DigestKind
from domain.operations.export_events import FileExported
from domain.operations.refusals import NothingToExport
from domain.operations.reports import wishes


class What(StrEnum):
    """What can be taken along."""

    STATEMENT = "statement"
    INVOICE = "invoice"
    RECEIPT = "receipt"
    QUEUE = "queue"
    AGEING = "ageing"
    UNAPPLIED = "unapplied"
    SUPPRESSIONS = "suppressions"
    CASH = "cash"
    REJECTS = "rejects"
    CONTACTLESS = "contactless"
    AGEING_CHART = "ageing chart"
    PORTAL_CHART = "portal chart"
    CASH_CHART = "cash chart"
    REPORT = "report"
    DIGEST = "digest"


RIGHT: Mapping[What, Permission] = {
    **dict.fromkeys(What, Permission.VIEW),
    What.SUPPRESSIONS: Permission.HANDLE_SUPPRESSIONS,  # it holds full addresses
    What.REJECTS: Permission.IMPORT,
}

REPORTS = (What.REPORT, What.DIGEST)
"""What is asked for by commands of its own."""

CHARTS = (What.AGEING_CHART, What.PORTAL_CHART, What.CASH_CHART)


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was made for somebody."""

    what: What
    name: str
    body: bytes = field(repr=False)
    rows: int | None = None
    described: str = ""
    """What a picture shows, in words."""
    figures: Any = None
    """What a picture is drawn from, to be told as a table."""


async def ask(core: Core, *, what: What, words: Sequence[str], chat_id: str, channel: str = "", actor: Actor) -> UUID:
    """Queue the making of a file for whoever asks; it goes to that person, or into *channel*.

    Raises:
        NotAllowed: The actor may not see what is in it.
    """
    actor.require(RIGHT[what])
    export_id = uuid4()
    async with core.transaction() as tx:
        await core.jobs.defer(
            tx, "send_export", export_id=str(export_id), what=what.value, words=list(words), chat_id=chat_id,
            channel=channel,
        )  # fmt: skip
    return export_id


async def made(core: Core, *, what: What, words: Sequence[str], actor: Actor) -> Exported:
    """Make a file, and note who took it: once for each request, however often it is made until it can be brought.

    Raises:
        NotAllowed: The actor may not see what is in it.
        NothingToExport: There is nothing of the kind.
        TableTooLarge: It is larger than what is sent through the chat.
        Refusal: What was named is not there.
    """
    actor.require(RIGHT[what])
    found = await _MADE[what](core, tuple(words), actor)
    async with core.transaction() as tx:
        event = FileExported(what=what.value, file_name=found.name, rows=found.rows, **by(actor, core.clock.now()))
        if not await _noted(tx, event):
            await timeline.record(core, tx, event)
    return found


async def _noted(tx: Transaction, event: FileExported) -> bool:
    """Tell whether this very request has noted it before: a job runs again while the chat is away."""
    request_id = request_ids.current()
    row = await tx.row(
        "SELECT 1 FROM timeline_entry WHERE request_id = %s AND kind = %s AND actor = %s AND fact->>'what' = %s"
        " LIMIT 1",
        (request_id, event.kind, event.actor, event.what),
    )
    return request_id != "" and row is not None


async def _statement(core: Core, words: tuple[str, ...], actor: Actor) -> Exported:
    *name, last = words or ("",)
    as_csv = last.casefold() == "csv"
    account = " ".join(name if last.casefold() in ("csv", "pdf") and name else words).strip("`'\"“”")
    found = await statements.statement(core, account=account, actor=actor)
    if as_csv:
        body = await asyncio.to_thread(statement_papers.as_csv, found)
        return Exported(What.STATEMENT, statement_papers.file_name(found, ending="csv"), body)
    return Exported(
        What.STATEMENT, statement_papers.file_name(found, ending="pdf"), await statement_papers.pdf(core, found)
    )


async def _invoice(core: Core, words: tuple[str, ...], _: Actor) -> Exported:
    number = " ".join(words)
    row = await _invoice_row(core, number)
    body = await invoice_papers.found(core, invoice_id=row["id"])
    if body is None:
        raise NothingToExport(
            say("No PDF of invoice {number} is on file. `plixo import pdfs` takes them in.", number=row["number"])
        )
    return Exported(What.INVOICE, f"invoice-{_safe(row['number'])}.pdf", body)


async def _receipt(core: Core, words: tuple[str, ...], _: Actor) -> Exported:
    """Return the newest receipt of a payment that was applied to the invoice."""
    row = await _invoice_row(core, " ".join(words))
    kept = await core.database.row(
        "SELECT r.number, r.pdf FROM receipt r WHERE r.invoice_id = %(id)s OR r.payment_id IN"
        " (SELECT a.payment_id FROM allocation a WHERE a.invoice_id = %(id)s AND a.payment_id IS NOT NULL)"
        " ORDER BY r.created_at DESC, r.id LIMIT 1",
        {"id": row["id"]},
    )
    if kept is None:
        raise NothingToExport(say("No receipt was written for invoice {number} yet.", number=row["number"]))
    return Exported(What.RECEIPT, f"receipt-{_safe(kept['number'])}.pdf", bytes(kept["pdf"]))


async def _invoice_row(core: Core, number: str) -> Mapping[str, Any]:
    row = await core.database.row(
        "SELECT id, number FROM invoice WHERE number_key = %s", (invoices.number_key(number),)
    )
    if row is None:
        raise NothingToExport(say("There is no invoice {number}.", number=repr(number[:60])))
    return row


def _table(what: What) -> "Maker":
    async def made(core: Core, words: tuple[str, ...], actor: Actor) -> Exported:
        said = {each.casefold() for each in words}
        today = local_date(core.clock, core.merchant.zone)
        values = {"today": today, "owner": actor.id if "mine" in said else None, "all": "all" in said}
        body, rows = await export_tables.written(core, what.value, values)
        return Exported(what, f"{what.value}-{today}.csv", body, rows)

    return made


async def _rejects(core: Core, words: tuple[str, ...], _: Actor) -> Exported:
    row = await core.database.row(
        "SELECT file_name, rejects FROM import_batch WHERE rejects IS NOT NULL"
        " AND (%(kind)s::text IS NULL OR kind = %(kind)s) ORDER BY created_at DESC LIMIT 1",
        {"kind": words[0].casefold() if words else None},
    )
    if row is None:
        raise NothingToExport(say("No import has rejected anything."))
    stem = str(row["file_name"]).rpartition(".")[0] or str(row["file_name"])
    return Exported(What.REJECTS, f"{_safe(stem)}.rejects.csv", bytes(row["rejects"]))


async def _contactless(core: Core, _: tuple[str, ...], actor: Actor) -> Exported:
    target = io.BytesIO()
    rows = await readiness_accounts.write_csv(core, target, actor=actor)
    today = local_date(core.clock, core.merchant.zone)
    return Exported(What.CONTACTLESS, f"customers-without-contact-{today}.csv", target.getvalue(), rows)


async def _ageing_chart(core: Core, _: tuple[str, ...], actor: Actor) -> Exported:
    from domain.operations.charts import ageing_chart  # loading matplotlib takes a second that others need not wait

    found = await ageing_before.compared(core, actor=actor)
    return await _drawn(What.AGEING_CHART, ageing_chart.draw, found, f"ageing-{found.now.as_of}.png")


async def _portal_chart(core: Core, words: tuple[str, ...], actor: Actor) -> Exported:
    from domain.operations.charts import funnel_chart  # as above

    found = await funnel.funnel(core, actor=actor, weeks=_weeks(words, funnel.USUAL_WEEKS, funnel.MOST_WEEKS))
    return await _drawn(What.PORTAL_CHART, funnel_chart.draw, found, f"portal-{found.until}.png")


async def _cash_chart(core: Core, words: tuple[str, ...], actor: Actor) -> Exported:
    from domain.operations.charts import collected_chart  # as above

    weeks = _weeks(words, collected.USUAL_WEEKS, collected.MOST_WEEKS)
    found = await collected.by_week(core, actor=actor, weeks=weeks)
    return await _drawn(What.CASH_CHART, collected_chart.draw, found, f"cash-{found.until}.png")


async def _drawn(what: What, draw: Callable[[Any, Any], str], found: Any, name: str) -> Exported:
    target = io.BytesIO()
    described = await asyncio.to_thread(draw, found, target)
    return Exported(what, name, target.getvalue(), described=described, figures=found)


async def _report(core: Core, words: tuple[str, ...], actor: Actor) -> Exported:
    wish = wishes.stored(words, today=local_date(core.clock, core.merchant.zone))
    file = await report_files.of_report(core, wish, actor=actor)
    return Exported(What.REPORT, file.name, file.body, file.rows)


async def _digest(core: Core, words: tuple[str, ...], actor: Actor) -> Exported:
    kind = DigestKind.WEEKLY if DigestKind.WEEKLY.value in words else DigestKind.DAILY
    file = await report_files.of_digest(core, kind, actor=actor)
    return Exported(What.DIGEST, file.name, file.body, file.rows)


def _weeks(words: tuple[str, ...], usual: int, most: int) -> int:
    said = next((each for each in words if each.isascii() and each.isdecimal()), "")
    return min(max(int(said[:4]), 1), most) if said else usual


def _safe(name: str) -> str:
    return "".join(each if each.isascii() and (each.isalnum() or each in "-_") else "-" for each in name)[:60] or "file"


Maker = Callable[[Core, tuple[str, ...], Actor], Awaitable[Exported]]

_MADE: Mapping[What, Maker] = {
    What.STATEMENT: _statement,
    What.INVOICE: _invoice,
    What.RECEIPT: _receipt,
    **{each: _table(each) for each in (What.QUEUE, What.AGEING, What.UNAPPLIED, What.SUPPRESSIONS, What.CASH)},
    What.REJECTS: _rejects,
    What.CONTACTLESS: _contactless,
    What.AGEING_CHART: _ageing_chart,
    What.PORTAL_CHART: _portal_chart,
    What.CASH_CHART: _cash_chart,
    What.REPORT: _report,
    What.DIGEST: _digest,
}
