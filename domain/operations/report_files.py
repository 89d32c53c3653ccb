"""Report files: a report as CSV or PDF, a digest as PDF, with names that say what is in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from domain.kernel.actor import Actor, Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.ledger import ageing_before
from domain.operations import digests
from domain.operations.digest_contents import Kind as DigestKind
from domain.operations.papers import report_papers
from domain.operations.reports import periods, reports, scoping
from domain.operations.reports.reports import Form, Kind
from domain.operations.reports.sheets import Report
from domain.operations.reports.wishes import Wish
from domain.people import people


@dataclass(frozen=True, slots=True)
class File:
    """A file that was made."""

    name: str
    body: bytes = field(repr=False)
    rows: int | None = None


async def check(core: Core, wish: Wish) -> None:
    """See that a wish can be fulfilled, before anybody waits for it.

    Raises:
        PeriodRefused: It cannot be made of those days.
        AccountNotFound, AccountUnclear: No customer, or more than one, is called so.
        SegmentUnknown: No segment is.
    """
    periods.chosen(core, days=wish.days or reports.USUAL_DAYS[wish.kind], first=wish.first, last=wish.last)
    await scoping.found(core, customer=wish.customer, segment=wish.segment)


async def made(core: Core, wish: Wish, *, actor: Actor) -> Report:
    """Make the report that somebody wishes.

    Raises:
        NotAllowed: The actor may not look at the ledger.
        Refusal: As ``check``.
    """
    return await reports.report(core, kind=wish.kind, actor=actor, **_asked(wish))


async def of_report(core: Core, wish: Wish, *, actor: Actor) -> File:
    """Make a report as the file that was wished for, or as PDF, for the reader who is spoken to.

    Raises:
        NotAllowed: The actor may not look at the ledger.
        Refusal: As ``check``.
    """
    found = await made(core, wish, actor=actor)
    if wish.form is Form.CSV:
        rows = sum(len(each.rows) for each in found.sheets)
        return File(reports.file_name(found, ending="csv"), await reports.csv_of(found), rows)
    aged = None
    if wish.kind in (Kind.AGEING, Kind.WEEKLY):
        scope, _, _ = await scoping.found(core, customer=wish.customer, segment=wish.segment)
        aged = (await ageing_before.compared(core, actor=actor, scope=scope)).only(wish.currency)
    return File(reports.file_name(found, ending="pdf"), await report_papers.of_report(core, found, ageing=aged))


async def of_digest(core: Core, kind: DigestKind, *, actor: Actor) -> File:
    """Make the digest of whoever asks as PDF, as it is now, for the reader who is spoken to.

    Raises:
        NotAllowed: The actor may not look.
    """
    actor.require(Permission.VIEW)
    slack_id = await people.slack_id_of(core, person_id=actor.id) if actor.id is not None else None
    told = await digests.now(core, kind=kind, actor=actor, slack_id=slack_id or "")
    today: date = local_date(core.clock, core.merchant.zone)
    return File(f"digest-{kind.value}-{today}.pdf", await report_papers.of_digest(core, told))


def _asked(wish: Wish) -> Mapping[str, Any]:
    return {
        "days": wish.days,
        "first": wish.first,
        "last": wish.last,
        "currency": wish.currency,
        "customer": wish.customer,
        "segment": wish.segment,
    }
