"""Settling: carry out what the guardrails say of a mail, so that every mail and every invoice in it keeps its reason.

Helpers of a command's transaction. Locks, in their order: the mailings by their ids, their recipients' addresses, the
invoices that they are about by their ids, their enrolments, then breaker and lanes. Nobody who holds an invoice waits
for a mailing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from domain.deliverability.draft_events import LetterReturned
from domain.deliverability.events import InvoiceLeftOut, LetterHeld, LetterWithheld
from domain.deliverability.models import Mailing, MailingItem
from domain.deliverability.states import ItemState
from domain.kernel import addresses, sentences, timeline
from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.speech import joined, phrase, say
from domain.kernel.transactions import Transaction
from domain.outreach import answers, fact_sheets, fitting, guardrails, judges, mail_events, needs
from domain.outreach.facts import ItemFacts, MailFacts
from domain.outreach.verdicts import Never, Review, Wait

ADDRESS_LOCK = 7_154_211
"""First key of the advisory locks on recipients: two mails to one address, of two customers, are judged in turn."""

GIVEN_BACK_REST = timedelta(hours=1)
"""When a step that was given back is looked at again, where no end is known; what ends its reason says so earlier.
Not at once: were planner and guardrails ever to differ, each pass would make a mail that does not leave."""

MOST_NAMED = 5
"""Invoices whose reasons are told one by one."""

NOTHING_LEFT = phrase("no invoice in it is left to ask for")

_LOCK_REST = """
    SELECT 1 FROM invoice WHERE (
        SELECT count(pg_advisory_xact_lock(%(lock)s, key))
        FROM (SELECT DISTINCT hashtext(each) AS key FROM unnest(%(addressees)s::text[]) each ORDER BY key) keys) >= 0
    AND id IN (
        SELECT unnest(%(invoices)s::uuid[]) UNION
        SELECT t.invoice_id FROM mailing_item t WHERE t.mailing_id = ANY(%(mailings)s) AND t.state = 'included')
    ORDER BY id FOR UPDATE
"""
"""Takes the addresses' locks, then the invoices': the count depends on no row, so it is asked for before any is read,
and the rows are sorted before the first is held."""


async def locked(tx: Transaction, *, mailing_id: UUID) -> Mailing | None:
    """Return the mailing, with everything that its judgement depends on held to the end of the transaction."""
    return next(iter(await locked_all(tx, mailing_ids=[mailing_id])), None)


async def locked_all(tx: Transaction, *, mailing_ids: Collection[UUID]) -> list[Mailing]:
    """Return the mailings, with everything that their judgement depends on held to the end of the transaction.

    Of several reminders to one address only one is returned: what the others may do follows from what becomes of it.
    """
    found = await Mailing.all_locked(mailing_ids)
    to_one_address = {each.address_key if each.asks else each.id: each for each in reversed(found)}
    mailings = [each for each in found if to_one_address[each.address_key if each.asks else each.id] is each]
    if mailings:
        await tx.execute(
            _LOCK_REST,
            {
                "lock": ADDRESS_LOCK,
                "addressees": [each.address_key for each in mailings if each.asks],
                "invoices": [each.invoice_id for each in mailings],
                "mailings": [each.id for each in mailings],
            },
        )
    return mailings


async def cleared(core: Core, tx: Transaction, mailing: Mailing) -> MailFacts | None:
    """Judge a queued mail; return its facts when it may leave, else None, with the reason kept."""
    return (await cleared_all(core, tx, [mailing])).get(mailing.id)


async def cleared_all(core: Core, tx: Transaction, mailings: Sequence[Mailing]) -> dict[UUID, MailFacts]:
    """Judge queued mails, each by itself; return the facts of those that may leave, and keep the others' reasons."""
    read = await fact_sheets.read(core, tx, mailing_ids=[each.id for each in mailings]) if mailings else {}
    judged = {each.id: await _cleared(core, tx, each, read[each.id]) for each in mailings}
    return {mailing_id: facts for mailing_id, facts in judged.items() if facts is not None}


async def _cleared(core: Core, tx: Transaction, mailing: Mailing, read: MailFacts) -> MailFacts | None:
    facts = await _pruned(core, tx, mailing, read)
    if facts is None:
        return None
    match guardrails.verdict(facts):
        case Never() as never:
            await withhold(core, tx, mailing, facts, never)
        case Review() as review:
            await hand_back(core, tx, mailing, facts, review)
        case Wait() as wait:
            await hold(core, tx, mailing, facts, wait)
        case _:
            return facts
    return None


async def pruned(core: Core, tx: Transaction, mailing: Mailing) -> MailFacts | None:
    """Take out the invoices that must not be asked for, and choose the letter anew from those that are left.

    Returns None when none is left: the mail is withheld then.
    """
    return await _pruned(core, tx, mailing, (await fact_sheets.read(core, tx, mailing_ids=[mailing.id]))[mailing.id])


async def _pruned(core: Core, tx: Transaction, mailing: Mailing, facts: MailFacts) -> MailFacts | None:
    if not mailing.asks:
        return replace(facts, unfit=await answers.unfit(core, mailing))
    verdicts = {each.item_id: guardrails.judged(each) for each in facts.items}
    dropped = {item: verdict for item, verdict in verdicts.items() if isinstance(verdict, Never)}
    if not dropped and facts.items:
        await _relabelled(tx, mailing, facts)
        return facts
    left = fact_sheets.without(facts, core, frozenset(dropped))
    gone = [each for each in facts.items if each.item_id in dropped]
    await _drop(core, tx, gone, dropped)
    if not left.items:
        reason = _together([(each.number, dropped[each.item_id].reason) for each in gone])
        await mailing.move("withhold", reason=not_sent(mailing, reason))
        await _tell_withheld(core, tx, mailing, gone, dropped, reason)
        return None
    await _left_out(core, tx, mailing, gone, dropped)
    await _relabelled(tx, mailing, left)
    return left


async def withhold(core: Core, tx: Transaction, mailing: Mailing, facts: MailFacts, never: Never) -> None:
    """Keep a mail back for good; where the reason may pass, its steps are given back."""
    await _drop(core, tx, facts.items, {each.item_id: never for each in facts.items})
    await mailing.move("withhold", reason=not_sent(mailing, never.reason))
    await _tell_withheld(core, tx, mailing, facts.items, {each.item_id: never for each in facts.items}, never.reason)


def not_sent(mailing: Mailing, why: str) -> str:
    """Return a mail's reason with why it is not sent."""
    return joined("; ", [mailing.reason, say("not sent: {why}", why=why)])


async def hand_back(core: Core, tx: Transaction, mailing: Mailing, facts: MailFacts, review: Review) -> None:
    """Make a queued mail a draft; an approval that it had is void."""
    await mailing.move(
        "hold for approval",
        needs=list(judges.approvals(facts)) or [say(needs.VOID)],
        drafted_as=facts.snapshot,
        approved_by=None,
        approved_by_id=None,
        approved_at=None,
        not_before=None,
        waits="",
        waits_reason="",
    )
    event = LetterReturned(**await about(core, tx, mailing), why=review.reason)
    await timeline.record(core, tx, event)


async def hold(core: Core, tx: Transaction, mailing: Mailing, facts: MailFacts, wait: Wait) -> None:
    """Let a queued mail wait for a guardrail."""
    gate = judges.gate(facts) if wait.guardrail == "gate" else None
    await put_off(core, tx, mailing, wait, provider=facts.provider, waits_gate=gate.kind if gate else "")


async def put_off(core: Core, tx: Transaction, mailing: Mailing, wait: Wait, **also: Any) -> None:
    """Let a queued mail wait; that is told once for each reason, not each time it is looked at."""
    news = mailing.waits != wait.guardrail
    await Mailing.filter(id=mailing.id).update(
        not_before=wait.until, waits=wait.guardrail, waits_reason=wait.reason, **also
    )
    if news:
        told = {"guardrail": wait.guardrail, "why": wait.reason, "until": wait.until}
        events = [LetterHeld(**each, **told) for each in await about_each(core, tx, mailing)]
        await timeline.record_many(core, tx, events)


async def about(core: Core, tx: Transaction, mailing: Mailing) -> dict[str, Any]:
    """Return the fields of an event about a mail as a whole: told of the invoice that leads it."""
    row = await tx.row("SELECT number FROM invoice WHERE id = %s", (mailing.invoice_id,))
    assert row is not None
    return _fields(core, mailing, mailing.invoice_id, row["number"])


async def about_each(core: Core, tx: Transaction, mailing: Mailing) -> list[dict[str, Any]]:
    """Return the fields of an event for each invoice in a mail, the leading one first; of an answer, for its one."""
    return [fields for fields, _ in (await mail_events.told_of(core, tx, [mailing.id]))[mailing.id]]


def _fields(core: Core, mailing: Mailing, invoice_id: UUID, number: str) -> dict[str, Any]:
    return {
        "invoice_id": invoice_id,
        "invoice_number": number,
        "account_id": mailing.account_id,
        "mailing_id": mailing.id,
        "letter": mailing.letter,
        "sent_to": addresses.masked(mailing.address),
        **by(SYSTEM, core.clock.now()),
    }


async def _relabelled(tx: Transaction, mailing: Mailing, facts: MailFacts) -> None:
    """Write down which letter each invoice and the mail as a whole get today."""
    lead = fitting.leading(facts.items)
    if facts.relabelled:
        await _write_labels(tx, facts)
    changed = {"letter": lead.letter, "tone": lead.tone, "invoice_id": lead.invoice_id, "step": lead.step}
    if any(getattr(mailing, name) != value for name, value in changed.items()):
        await Mailing.filter(id=mailing.id).update(**changed)
        mailing.update_from_dict(changed)


async def _write_labels(tx: Transaction, facts: MailFacts) -> None:
    await tx.execute(
        "UPDATE mailing_item t SET letter = n.letter, severity = n.severity"
        " FROM unnest(%s::uuid[], %s::text[], %s::int[]) AS n (id, letter, severity)"
        " WHERE t.id = n.id AND t.letter <> n.letter",
        ([each.item_id for each in facts.items], [each.letter for each in facts.items],
         [each.severity for each in facts.items]),
    )  # fmt: skip


async def _drop(core: Core, tx: Transaction, items: Sequence[ItemFacts], why: Mapping[UUID, Never]) -> None:
    """Take invoices out of their mail, each with its reason, and give the steps back whose reason may pass."""
    reasons: dict[str, list[UUID]] = {}
    for each in items:
        reasons.setdefault(why[each.item_id].reason, []).append(each.item_id)
    for reason, ids in reasons.items():
        await MailingItem.move_all("drop", ids=ids, before=ItemState.INCLUDED, reason=reason)
    back = [each for each in items if why[each.item_id].passing and each.enrolment_id is not None]
    if not back:
        return
    now = core.clock.now()
    untils: list[datetime] = [why[each.item_id].until or now + GIVEN_BACK_REST for each in back]
    await tx.execute(
        "UPDATE enrolment e SET last_position = n.step_before, held = n.reason, wants_contact = false,"
        " next_action_at = n.until"
        " FROM unnest(%s::uuid[], %s::int[], %s::int[], %s::text[], %s::timestamptz[])"
        " AS n (id, step, step_before, reason, until)"
        " WHERE e.id = n.id AND e.state = 'running' AND e.last_position = n.step AND n.step_before IS NOT NULL"
        " AND NOT EXISTS (SELECT FROM mailing_item o"
        "                 WHERE o.enrolment_id = e.id AND o.step = n.step AND o.state = 'included')",
        ([each.enrolment_id for each in back], [each.step for each in back], [each.step_before for each in back],
         [sentences.as_text(why[each.item_id].reason) for each in back], untils),
    )  # fmt: skip


async def _left_out(
    core: Core, tx: Transaction, mailing: Mailing, items: Sequence[ItemFacts], why: Mapping[UUID, Never]
) -> None:
    sent_to, stamp = addresses.masked(mailing.address), by(SYSTEM, core.clock.now())
    events = [
        InvoiceLeftOut(
            invoice_id=each.invoice_id,
            invoice_number=each.number,
            account_id=mailing.account_id,
            mailing_id=mailing.id,
            sent_to=sent_to,
            step=each.step,
            guardrail=why[each.item_id].guardrail,
            why=why[each.item_id].reason,
            given_back=why[each.item_id].passing,
            **stamp,
        )
        for each in items
    ]
    await timeline.record_many(core, tx, events)


async def _tell_withheld(
    core: Core, tx: Transaction, mailing: Mailing, items: Sequence[ItemFacts], why: Mapping[UUID, Never], reason: str
) -> None:
    """Tell each invoice of a mail that does not leave; of an answer, the one that it is about."""
    told = [
        LetterWithheld(
            **_fields(core, mailing, each.invoice_id, each.number), step=each.step, why=why[each.item_id].reason
        )
        for each in items
    ]
    if not told:
        told = [LetterWithheld(**await about(core, tx, mailing), step=mailing.step, why=reason)]
    await timeline.record_many(core, tx, told)


def _together(reasons: Sequence[tuple[str, str]]) -> str:
    """Say why nothing is left, with each invoice's number where there are several."""
    if len({reason for _, reason in reasons}) <= 1:
        return reasons[0][1] if reasons else say(NOTHING_LEFT)
    told = [say("{number}: {why}", number=number, why=reason) for number, reason in reasons[:MOST_NAMED]]
    more = len(reasons) - MOST_NAMED
    return joined("; ", [*told, say("and {count} more", count=more)] if more > 0 else told)
