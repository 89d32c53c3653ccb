"""Contents: what a letter says, read from the ledger and written as its reader writes numbers and dates."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from domain import letters
from domain.commitments import pauses
from domain.deliverability.models import Mailing
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.dates import days_past_due
from domain.kernel.money import Money
from domain.kernel.transactions import Row
from domain.ledger.receipts import IssuedReceipt
from domain.letters import Contents, Fields, Line, languages
from domain.outreach import answers, fitting
from domain.outreach.facts import ItemFacts
from domain.pay_links import links

_READERS = """
    SELECT c.id, c.name AS contact_name, a.name AS account_name, a.locale, a.country
    FROM contact c JOIN account a ON a.id = c.account_id WHERE c.id = ANY(%(contacts)s)
"""

COLUMNS = f"""
    i.number, i.currency, i.total_minor, i.open_minor, coalesce(n.due_on, i.due_on) AS due_on,
    coalesce(n.position, 0) AS position,
    (SELECT count(*) FROM plan_instalment each WHERE each.plan_id = n.plan_id) AS parts,
    i.open_minor - {pauses.chaseable("i")} AS aside_minor"""
"""What a reminder says of an invoice i, or of its instalment n where it asks for one; joins ``pauses.lateral``."""

_ITEMS = f"""
    SELECT t.id AS item_id, t.link_id, t.contact_id, c.name AS contact_name, a.name AS account_name, a.locale,
           a.country, {COLUMNS}
    FROM mailing_item t JOIN contact c ON c.id = t.contact_id JOIN account a ON a.id = c.account_id
    JOIN invoice i ON i.id = t.invoice_id {pauses.lateral("i")}
    LEFT JOIN plan_instalment n ON n.id = t.instalment_id
    WHERE t.id = ANY(ARRAY(SELECT unnest(%(items)s::uuid[])))
"""
"""By a subquery, as in ``fact_sheets``: so that one plan is kept."""


@dataclass(frozen=True, slots=True)
class Writing:
    """A letter ready to be rendered."""

    letter: str
    tone: str
    language: str
    contents: Contents
    to_name: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What stands in for the rows of a mailing when a letter is only looked at."""

    rows: Mapping[UUID, Row]
    locale: str | None
    """The reader's, where another is to be tried."""


@dataclass(frozen=True, slots=True)
class Read:
    """What the letters of a page of mails say, as rows: of each item, and of each contact."""

    items: Mapping[UUID, Row]
    readers: Mapping[UUID, Row]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads it, and how that one writes."""

    contact_name: str
    account_name: str
    language: str
    locale: str

    def money(self, amount: Money) -> str:
        """Return an amount as the reader writes it."""
        return amount.format(self.locale)

    def amount(self, minor: int, currency: str) -> str:
        """Return an amount, or nothing when there is none."""
        return self.money(Money(minor, currency)) if minor else ""

    def day(self, day: date) -> str:
        """Return a date in words."""
        return languages.day(day, self.locale)

    def total(self, amounts: Iterable[Money]) -> str:
        """Return the sum of each currency by itself; currencies are never added up."""
        sums: dict[str, Money] = {}
        for each in amounts:
            sums[each.currency] = sums[each.currency] + each if each.currency in sums else each
        return languages.listed([self.money(each) for each in sums.values()], self.locale)


async def of(
    core: Core,
    mailing: Mailing,
    items: Sequence[ItemFacts],
    receipt: IssuedReceipt | None,
    *,
    opt_out_link: str = "",
    example_link: str = "",
    tried: Tried | None = None,
    read_before: Read | None = None,
) -> Writing:
    """Read what the letter of a mailing says now; inside a transaction, as that transaction sees it.

    Args:
        core: The core.
        mailing: Whose letter.
        items: The invoices that it asks for; none for an answer.
        receipt: The receipt that goes with it.
        opt_out_link: Where the reader can stop reminders.
        example_link: What a preview shows in the place of links that are made only when the mail leaves.
        tried: For a letter that is only looked at and has no mailing.
        read_before: What was read a moment ago, for this mail and others of a page.
    """
    today = local_date(core.clock, core.merchant.zone)
    known = read_before or await read(core, [(mailing, () if tried else items)])
    reader = _reader(core, known.readers[mailing.contact_id], tried.locale if tried else None)
    always: dict[str, Any] = {
        "customer_name": reader.contact_name or reader.account_name,
        "account_name": reader.account_name,
        "merchant_name": core.merchant.name,
        "merchant_contact": core.merchant.contact,
        "link_expires": reader.day(today + links.IDLE_LIMIT),
    }
    if not items:
        told = await answers.told(core, mailing, reader, receipt, today=today, example_link=example_link)
        contents = Contents(
            fields=Fields(**always, **told.fields), lines=told.lines, schedule=told.schedule, link=told.link
        )
        return Writing(mailing.letter, mailing.tone, reader.language, contents, reader.contact_name)
    leading = fitting.leading(items)
    found = tried.rows if tried else known.items
    asked = [_Asked(each, found[each.item_id], today) for each in items]
    main = sorted((each for each in asked if each.letter == _letter(leading, found, today)), key=_order)
    also = sorted((each for each in asked if each.letter != main[0].letter), key=_order)
    contents = Contents(
        fields=Fields(**always, **_fields(core, reader, main, example_link)),
        lines=[_line(core, reader, each, example_link) for each in main],
        also=[_line(core, reader, each, example_link) for each in also],
        opt_out_link=opt_out_link,
    )
    return Writing(main[0].letter, leading.tone, reader.language, contents, reader.contact_name)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One invoice of a reminder: how it was judged, and what else is to be said of it."""

    facts: ItemFacts
    row: Row
    today: date

    @property
    def days_overdue(self) -> int:
        return days_past_due(self.row["due_on"], self.today)

    @property
    def letter(self) -> str:
        return letters.fitting(self.facts.letter, days_overdue=self.days_overdue)


def _order(each: _Asked) -> tuple[date, str]:
    return (each.row["due_on"], each.row["number"])


def _letter(leading: ItemFacts, found: Mapping[UUID, Row], today: date) -> str:
    return _Asked(leading, found[leading.item_id], today).letter


def _fields(core: Core, reader: Reader, main: Sequence[_Asked], example: str) -> dict[str, Any]:
    first = main[0]
    row = first.row
    return {
        "invoice_number": row["number"],
        "invoice_total": reader.amount(row["total_minor"], row["currency"]),
        "invoice_balance": reader.amount(row["open_minor"], row["currency"]),
        "amount_due": reader.money(first.facts.ask),
        "due_date": reader.day(row["due_on"]),
        "days_overdue": first.days_overdue,
        "pay_link": _link(core, row["link_id"], example),
        "instalment_number": row["position"],
        "instalment_count": row["parts"],
        "invoice_count": len(main),
        "overdue_count": sum(each.days_overdue > 0 for each in main),
        "total_due": reader.total(each.facts.ask for each in main),
        "most_days_overdue": max(each.days_overdue for each in main),
    }


def _line(core: Core, reader: Reader, each: _Asked, example: str) -> Line:
    row = each.row
    of_plan = row["position"] > 0
    return Line(
        number=row["number"],
        amount=reader.money(each.facts.ask),
        due_date=reader.day(row["due_on"]),
        days_overdue=each.days_overdue,
        link=_link(core, row["link_id"], example),
        instalment_number=row["position"],
        instalment_count=row["parts"],
        set_aside="" if of_plan else reader.amount(int(row["aside_minor"]), row["currency"]),
    )


def _link(core: Core, link_id: UUID | None, example: str) -> str:
    assert link_id is not None or example, "what asks for money has a link for each invoice when it leaves"
    return links.address(core, link_id) if link_id else example


async def read(
    core: Core, mails: Sequence[tuple[Mailing, Sequence[ItemFacts]]], *, issued: Mapping[UUID, UUID] | None = None
) -> Read:
    """Read what the letters of several mails say; inside a transaction, as that transaction sees it.

    Args:
        core: The core.
        mails: The mails with the invoices that they ask for.
        issued: Links that are not written down yet, by their items.
    """
    today, wanted = local_date(core.clock, core.merchant.zone), [each.item_id for _, items in mails for each in items]
    found = await core.database.rows(_ITEMS, {"items": wanted, "today": today}) if wanted else []
    items = {row["item_id"]: row | {"link_id": (issued or {}).get(row["item_id"], row["link_id"])} for row in found}
    readers = {row["contact_id"]: row for row in found}
    if others := {mailing.contact_id for mailing, _ in mails} - readers.keys():
        readers |= {row["id"]: row for row in await core.database.rows(_READERS, {"contacts": list(others)})}
    return Read(items, readers)


def _reader(core: Core, row: Row, locale: str | None) -> Reader:
    chosen = letters.chosen(locale or row["locale"], core.merchant.locale, row["country"] or core.merchant.country)
    return Reader(row["contact_name"], row["account_name"], chosen.language, chosen.locale)
