"""Accounts: all that is known of one customer, as one read model."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from domain.casework import absences, claims, task_lists
from domain.casework.facts import USUAL_FROM, USUAL_OF
from domain.casework.task_lists import TaskLine
from domain.commitments import pauses
from domain.deliverability import covering
from domain.kernel import addresses, dates, sentences
from domain.kernel.actor import Actor, Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.dates import AGEING_BUCKETS, ageing_bucket
from domain.kernel.money import Money
from domain.kernel.speech import say
from domain.ledger import accounts as ledger_accounts
from domain.ledger import sums
from domain.letters import names

INVOICES_SHOWN = 20
CONTACTS_SHOWN = 20
MAILS_SHOWN = 5
LINES_SHOWN = 20

BUCKETS = (*(name for name, _ in AGEING_BUCKETS), "91+")


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """One open invoice of the customer."""

    invoice_id: UUID
    number: str
    balance: Money
    chaseable: Money
    due_on: date
    days_past_due: int
    paused: str
    """What of it is not asked for now, in words; empty: nothing pauses."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """What the customer owes in one currency, by age."""

    total: Money
    overdue: Money
    buckets: tuple[tuple[str, Money], ...]
    unapplied: Money
    """Money of the customer that is applied to nothing yet."""
    credited: Money
    """What credit notes are good for that are applied to nothing yet."""


@dataclass(frozen=True, slots=True)
class ShownContact:
    """One person to write to."""

    address: str
    """Masked."""
    name: str
    role: str
    suppressed_for: str | None


@dataclass(frozen=True, slots=True)
class Adherence:
    """How the customer keeps promises."""

    kept: int
    partly_kept: int
    broken: int
    running: int

    @property
    def share(self) -> float | None:
        """Kept ones among those that fell due; None while none has."""
        judged = self.kept + self.partly_kept + self.broken
        return self.kept / judged if judged else None


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer with everything around it."""

    account_id: UUID
    number: str | None
    name: str
    country: str | None
    risk: str | None
    tags: tuple[str, ...]
    excluded: bool
    owner: str
    in_hand: str
    invoices: tuple[OpenInvoice, ...]
    """The longest overdue first."""
    invoices_more: int
    exposure: tuple[Exposure, ...]
    in_all: str
    """What is owed in several currencies, in the base one by stated rates; empty when there is one currency."""
    contacts: tuple[ShownContact, ...]
    adherence: Adherence
    agreed: tuple[str, ...]
    """Promises, plans and disputes that are open."""
    holds: tuple[str, ...]
    tasks: tuple[TaskLine, ...]
    mails: tuple[str, ...]
    usual_delay: int | None


_ACCOUNT = f"""
    SELECT a.*, count_of.kept, count_of.partly_kept, count_of.broken, count_of.running,
           (SELECT CASE WHEN count(*) >= {USUAL_FROM}
                        THEN percentile_disc(0.5) WITHIN GROUP (ORDER BY late) END
            FROM (SELECT s.settled_on - s.due_on AS late FROM invoice s
                  WHERE s.account_id = a.id AND s.state = 'settled' AND s.settled_on IS NOT NULL
                  ORDER BY s.settled_on DESC, s.id LIMIT {USUAL_OF}) latest) AS usual_delay
    FROM account a CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE state = 'kept') AS kept,
               count(*) FILTER (WHERE state = 'partly_kept') AS partly_kept,
               count(*) FILTER (WHERE state = 'broken') AS broken,
               count(*) FILTER (WHERE state = 'running') AS running
        FROM promise WHERE account_id = a.id) count_of
    WHERE a.id = %(account)s
"""

_INVOICES = f"""
    SELECT i.id, i.number, i.currency, i.open_minor, i.due_on, {pauses.chaseable("i")} AS chaseable, paused.why,
           count(*) OVER () AS total
    FROM invoice i {pauses.lateral("i")} WHERE i.account_id = %(account)s AND i.state = 'open'
    ORDER BY i.due_on, i.number LIMIT {INVOICES_SHOWN}
"""

_AGED = """
    SELECT currency, due_on, sum(open_minor)::bigint AS minor, 'owed' AS what FROM invoice
    WHERE account_id = %(account)s AND state = 'open' GROUP BY currency, due_on
    UNION ALL SELECT currency, NULL, sum(amount_minor)::bigint, 'unapplied' FROM unapplied_cash
    WHERE account_id = %(account)s GROUP BY currency
    UNION ALL SELECT currency, NULL, sum(open_minor)::bigint, 'credit notes' FROM credit_note
    WHERE account_id = %(account)s AND state = 'open' GROUP BY currency
"""

_CONTACTS = f"""
    SELECT c.email, c.name, c.role, {covering.reason("c.email_key")} AS reason FROM contact c
    WHERE c.account_id = %(account)s AND c.state = 'active' ORDER BY c.created_at, c.id LIMIT {CONTACTS_SHOWN}
"""

_LINES = f"""
    SELECT * FROM (
        SELECT 'promise' AS what, p.state, i.number, p.currency, p.amount_minor AS minor, p.promised_on::text AS day,
               '' AS reason, NULL::timestamptz AS until, p.created_at
        FROM promise p JOIN invoice i ON i.id = p.invoice_id WHERE p.account_id = %(account)s AND p.state = 'running'
        UNION ALL SELECT 'plan', p.state, i.number, p.currency, p.covers_minor, '', p.reason, NULL, p.created_at
        FROM plan p JOIN invoice i ON i.id = p.invoice_id
        WHERE p.account_id = %(account)s AND p.state IN ('requested', 'countered', 'running')
        UNION ALL SELECT 'dispute', d.reason_code, i.number, d.currency, d.amount_minor, '',
               coalesce(o.name, ''), d.sla_due_at, d.created_at
        FROM dispute d JOIN invoice i ON i.id = d.invoice_id LEFT JOIN person o ON o.id = d.owner_id
        WHERE d.account_id = %(account)s AND d.state = 'open' AND NOT d.is_test
        UNION ALL SELECT 'hold', h.kind, coalesce(i.number, ''), '', NULL, '', h.reason, h.until, h.created_at
        FROM hold h LEFT JOIN invoice i ON i.id = h.invoice_id
        WHERE h.account_id = %(account)s AND h.state = 'active' AND (h.until IS NULL OR h.until > %(now)s)
    ) lines ORDER BY created_at DESC LIMIT {LINES_SHOWN}
"""

_MAILS = f"""
    SELECT letter, address, state, coalesce(sent_at, queued_at) AS at FROM mailing WHERE account_id = %(account)s
    ORDER BY queued_at DESC, id LIMIT {MAILS_SHOWN}
"""


async def show(core: Core, *, account: str, actor: Actor) -> Customer:
    """Return the customer of that number or name, or whose name alone contains it.

    Raises:
        NotAllowed: The actor may not look.
        AccountNotFound: No customer fits.
        AccountUnclear: Several do; it names them, and the choice is the reader's.
    """
    actor.require(Permission.VIEW)
    named = await ledger_accounts.find(core.database, text=account)
    today = local_date(core.clock, core.merchant.zone)
    values = {"account": named.id, "now": core.clock.now(), "today": today}
    row = await core.database.row(_ACCOUNT, values)
    assert row is not None, "an account is never removed"
    invoices = await core.database.rows(_INVOICES, values)
    lines = await core.database.rows(_LINES, values)
    owners = await absences.responsible(core, core.database, people=[row["owner_id"]] if row["owner_id"] else [])
    holder = await claims.in_hand(core, core.database, account_id=named.id)
    exposure = _exposure(await core.database.rows(_AGED, values), today)
    return Customer(
        account_id=named.id,
        number=row["number"],
        name=row["name"],
        country=row["country"],
        risk=row["risk"],
        tags=tuple(row["tags"]),
        excluded=row["state"] == "excluded",
        owner=owners.get(row["owner_id"], ""),
        in_hand=holder[0] if holder else "",
        invoices=tuple(_invoice(each, today) for each in invoices),
        invoices_more=int(invoices[0]["total"]) - len(invoices) if invoices else 0,
        exposure=exposure,
        in_all=_in_all(core, exposure),
        contacts=tuple(
            ShownContact(addresses.masked(each["email"]), each["name"], each["role"], each["reason"])
            for each in await core.database.rows(_CONTACTS, values)
        ),
        adherence=Adherence(row["kept"], row["partly_kept"], row["broken"], row["running"]),
        agreed=tuple(_agreed(each) for each in lines if each["what"] != "hold"),
        holds=tuple(_hold(each) for each in lines if each["what"] == "hold"),
        tasks=(await task_lists.page(core, actor=actor, account_id=named.id)).lines,
        mails=tuple(
            say(
                "{at} {letter} to {address}: {state}",
                at=dates.told(each["at"]),
                letter=names.named(each["letter"]),
                address=addresses.masked(each["address"]),
                state=say(each["state"]),
            )
            for each in await core.database.rows(_MAILS, values)
        ),
        usual_delay=row["usual_delay"],
    )


def _invoice(row: Mapping[str, Any], today: date) -> OpenInvoice:
    return OpenInvoice(
        invoice_id=row["id"],
        number=row["number"],
        balance=Money(row["open_minor"], row["currency"]),
        chaseable=Money(int(row["chaseable"]), row["currency"]),
        due_on=row["due_on"],
        days_past_due=(today - row["due_on"]).days,
        paused=sentences.said(row["why"]),
    )


def _exposure(rows: list[dict[str, Any]], today: date) -> tuple[Exposure, ...]:
    """Return a line for each currency in which something is owed or lies about, the largest number first."""
    found = []
    for currency in dict.fromkeys(row["currency"] for row in rows):
        own = [row for row in rows if row["currency"] == currency]
        buckets = dict.fromkeys(BUCKETS, 0)
        for row in own:
            if row["what"] == "owed":
                buckets[ageing_bucket((today - row["due_on"]).days)] += row["minor"]
        unapplied, credited = (
            Money(sum(row["minor"] for row in own if row["what"] == what), currency)
            for what in ("unapplied", "credit notes")
        )
        total = sum(buckets.values())
        found.append(
            Exposure(
                total=Money(total, currency),
                overdue=Money(total - buckets["current"], currency),
                buckets=tuple((name, Money(minor, currency)) for name, minor in buckets.items()),
                unapplied=unapplied,
                credited=credited,
            )
        )
    return tuple(sorted(found, key=lambda each: (-each.total.decimal, each.total.currency)))


def _in_all(core: Core, exposure: tuple[Exposure, ...]) -> str:
    owed = sums.Totals.of(each.total for each in exposure)
    return str(sums.in_base(core, owed)) if len(owed.by_currency) > 1 else ""


def _agreed(row: Mapping[str, Any]) -> str:
    told = {
        "number": row["number"],
        "amount": Money(int(row["minor"]), row["currency"]),
        "state": say(str(row["state"]).replace("_", " ")),
    }
    match row["what"]:
        case "promise":
            return say("{number}: promise of {amount} by {day}", **told, day=date.fromisoformat(row["day"]))
        case "plan":
            return say("{number}: plan over {amount}, {state}", **told)
        case _:
            told |= {"owner": row["reason"], "due": dates.told(row["until"])}
            if not row["reason"]:
                return say("{number}: dispute over {amount} ({state}), nobody has it, answer due {due}", **told)
            return say("{number}: dispute over {amount} ({state}), {owner} has it, answer due {due}", **told)


def _hold(row: Mapping[str, Any]) -> str:
    told = {"kind": say(row["state"]), "why": sentences.said(row["reason"])}
    hold = (
        say("on hold ({kind}) until {until}: {why}", **told, until=dates.told(row["until"]))
        if row["until"]
        else say("on hold ({kind}): {why}", **told)
    )
    return f"{row['number']}: {hold}" if row["number"] else hold
