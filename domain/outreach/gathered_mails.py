"""Gathered mails: the rows of new mails and of their items, and what a mail says once more has joined it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from domain.deliverability import mailings
from domain.deliverability.states import MailingState
from domain.kernel import sentences
from domain.kernel.core import Core
from domain.kernel.speech import counted, joined
from domain.kernel.transactions import Transaction
from domain.outreach import providers
from domain.outreach.due import Recipient


@dataclass(frozen=True, slots=True)
class Wanted:
    """One invoice that is to be asked for, from every one of its recipients or from none yet."""

    key: str
    """The item's unique key without its contact."""
    invoice_id: UUID
    number: str
    account_id: UUID
    due_on: date
    letter: str
    tone: str
    severity: int
    reason: str
    recipients: tuple[Recipient, ...]
    needs: tuple[str, ...] = ()
    segment: str | None = None
    enrolment_id: UUID | None = None
    step: int | None = None
    step_before: int | None = None
    instalment_id: UUID | None = None
    at_once: bool = False
    """Whether a person asks for it now: its recipients may hear of it one after the other."""

    @property
    def pressing(self) -> tuple[int, date, str]:
        """The order in which a mail's invoices speak: the most severe first, then the longest overdue."""
        return (-self.severity, self.due_on, self.number)


@dataclass(slots=True)
class Room:
    """The pending mail of one contact."""

    mailing_id: UUID | None
    """None: a new one has to be made, or, without room, somebody else holds it at this moment."""
    free: int
    queued: bool = False


_MAKE = """
    INSERT INTO mailing (id, unique_key, letter, tone, invoice_id, account_id, contact_id, address, address_key,
                         message_id, asks, step, segment, state, reason, needs, provider, queued_at)
    SELECT n.id, 'reminder:' || n.id, n.letter, n.tone, n.invoice_id, n.account_id, n.contact_id, n.address,
           n.address_key, n.message_id, true, n.step, n.segment, n.state, n.reason, n.needs, n.provider, %(now)s
    FROM jsonb_to_recordset(%(mails)s) AS n (
        id uuid, letter text, tone text, invoice_id uuid, account_id uuid, contact_id uuid, address text,
        address_key text, message_id text, step int, segment text, state text, reason text, needs text[], provider text)
    ORDER BY n.contact_id
    ON CONFLICT (contact_id) WHERE asks AND state IN ('drafted', 'queued') DO NOTHING
    RETURNING id, contact_id, state
"""


async def make(
    core: Core, tx: Transaction, chosen: Sequence[Wanted], rooms: Mapping[UUID, Room]
) -> tuple[dict[UUID, bool], bool]:
    """Insert a mail for each contact without one, as its items make it.

    Returns which mails are new and whether each leaves by itself; and whether somebody else made any of them first.
    """
    items: dict[UUID, list[Wanted]] = defaultdict(list)
    people: dict[UUID, Recipient] = {}
    for item in chosen:
        for each in item.recipients:
            if rooms[each.id].mailing_id is None:
                items[each.id].append(item)
                people[each.id] = each
    why = needs(chosen)
    mails = [_mail(core, people[each], some, why[each]) for each, some in items.items()]
    rows = await tx.rows(_MAKE, {"mails": Jsonb(mails), "now": core.clock.now()}) if mails else []
    for row in rows:
        rooms[row["contact_id"]].mailing_id = row["id"]
    return {row["id"]: row["state"] == MailingState.QUEUED for row in rows}, len(rows) < len(mails)


def _mail(core: Core, to: Recipient, items: Sequence[Wanted], why: Collection[str]) -> dict[str, Any]:
    mailing_id, first = uuid4(), items[0]
    others = len(items) - 1
    more = [_and_more(others)] if others else []
    return {
        "id": str(mailing_id),
        "letter": first.letter,
        "tone": first.tone,
        "invoice_id": str(first.invoice_id),
        "account_id": str(first.account_id),
        "contact_id": str(to.id),
        "address": to.email,
        "address_key": to.email_key,
        "message_id": mailings.message_id(core, mailing_id),
        "step": first.step,
        "segment": first.segment,
        "state": (MailingState.DRAFTED if why else MailingState.QUEUED).value,
        "reason": sentences.as_text(joined("; ", [first.reason, *more])),
        "needs": sorted(map(sentences.as_text, why)),
        "provider": providers.provider(to.email),
    }


def _and_more(others: int) -> str:
    return counted("and {n} more invoice", "and {n} more invoices", others)


def needs(chosen: Sequence[Wanted]) -> Mapping[UUID, frozenset[str]]:
    """Return why each contact's mail needs approval, by what is put into it."""
    found: dict[UUID, frozenset[str]] = defaultdict(frozenset)
    for item in chosen:
        for each in item.recipients:
            found[each.id] |= frozenset(item.needs)
    return found


_ATTACH = """
    INSERT INTO mailing_item (id, mailing_id, invoice_id, contact_id, unique_key, enrolment_id, step, step_before,
                              instalment_id, letter, tone, severity, state, reason, created_at)
    SELECT gen_random_uuid(), n.mailing_id, n.invoice_id, n.contact_id, n.key, n.enrolment_id, n.step, n.step_before,
           n.instalment_id, n.letter, n.tone, n.severity, 'included', n.reason, %(now)s
    FROM jsonb_to_recordset(%(items)s) AS n (
        mailing_id uuid, invoice_id uuid, contact_id uuid, key text, enrolment_id uuid, step int, step_before int,
        instalment_id uuid, letter text, tone text, severity smallint, reason text)
    ON CONFLICT DO NOTHING
"""


async def attach(core: Core, tx: Transaction, chosen: Sequence[Wanted], rooms: Mapping[UUID, Room]) -> bool:
    """Insert the items; return whether all are new. One whose key is taken reached that contact before."""
    items = [
        {
            "mailing_id": str(rooms[each.id].mailing_id),
            "invoice_id": str(item.invoice_id),
            "contact_id": str(each.id),
            "key": f"{item.key}:{each.id}",
            "enrolment_id": str(item.enrolment_id) if item.enrolment_id else None,
            "step": item.step,
            "step_before": item.step_before,
            "instalment_id": str(item.instalment_id) if item.instalment_id else None,
            "letter": item.letter,
            "tone": item.tone,
            "severity": item.severity,
            "reason": sentences.as_text(item.reason),
        }
        for item in chosen
        for each in item.recipients
    ]
    return await tx.execute(_ATTACH, {"items": Jsonb(items), "now": core.clock.now()}) == len(items) if items else True


async def absent(tx: Transaction, chosen: Sequence[Wanted]) -> frozenset[str]:
    """Return the keys that are not in the mails of all their recipients: something about the invoice was faster."""
    keys = {f"{item.key}:{each.id}": item.key for item in chosen for each in item.recipients}
    rows = await tx.rows(
        "SELECT unique_key FROM mailing_item WHERE unique_key = ANY(%s) AND state = 'included'", (list(keys),)
    )
    there = {row["unique_key"] for row in rows}
    return frozenset(key for whole, key in keys.items() if whole not in there)


_RELABEL = """
    UPDATE mailing m SET letter = first.letter, tone = first.tone, invoice_id = first.invoice_id, step = first.step,
           segment = coalesce(first.segment, m.segment),
           reason = CASE first.items WHEN 1 THEN first.reason ELSE json_build_object(
               'say', '{first}; {more}', 'with', json_build_object(
                   'first', json_build_object('kept', first.reason),
                   'more', jsonb_set(%(more)s::jsonb, '{with,n}', to_jsonb(first.items - 1))))::text END,
           needs = ARRAY(SELECT DISTINCT each FROM unnest(m.needs || ARRAY(
                       SELECT told.need FROM unnest(%(of)s::uuid[], %(needs)s::text[]) AS told (id, need)
                       WHERE told.id = m.id)) each ORDER BY each)
    FROM (
        SELECT DISTINCT ON (t.mailing_id) t.mailing_id, t.letter, t.tone, t.invoice_id, t.step, t.reason, e.segment,
               count(*) OVER (PARTITION BY t.mailing_id) AS items
        FROM mailing_item t JOIN invoice i ON i.id = t.invoice_id LEFT JOIN enrolment e ON e.id = t.enrolment_id
        WHERE t.mailing_id = ANY(%(touched)s) AND t.state = 'included'
        ORDER BY t.mailing_id, t.severity DESC, i.due_on, i.number
    ) first
    WHERE m.id = first.mailing_id
"""


async def relabel(
    tx: Transaction, chosen: Sequence[Wanted], rooms: Mapping[UUID, Room], *, but: Mapping[UUID, bool]
) -> None:
    """Give each mail that was joined the letter of its most pressing item, and all reasons why a person must see it."""
    joined = {each.id for item in chosen for each in item.recipients if rooms[each.id].mailing_id not in but}
    why = [(rooms[contact].mailing_id, need) for contact, each in needs(chosen).items() for need in each]
    if joined:
        await tx.execute(
            _RELABEL,
            {
                "touched": [rooms[each].mailing_id for each in joined],
                "of": [mailing_id for mailing_id, _ in why],
                "needs": [sentences.as_text(need) for _, need in why],
                "more": Jsonb(sentences.packed(_and_more(1))),
            },
        )
