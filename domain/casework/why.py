"""Why: what stands behind an invoice's place in the queue, every mail that left and every one that did not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.casework import claims, score
from domain.casework.facts import parameters
from domain.casework.score import Judgement
from domain.commitments import words
from domain.kernel import addresses, dates, sentences
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.speech import phrase, say
from domain.kernel.transactions import Row
from domain.ledger import invoices
from domain.ledger.refusals import InvoiceNotFound
from domain.letters import names
from domain.outreach import fact_sheets, guardrails
from domain.outreach.verdicts import Send, Wait

MAILS_SHOWN = 10
"""The newest mails are what people ask about; the timeline has the rest."""

PENDING_SHOWN = 3

LINES_SHOWN = 20
"""Of what holds reminders back or was agreed; nobody reads on."""


@dataclass(frozen=True, slots=True)
class Why:
    """The explanation of one invoice."""

    invoice_number: str
    next_action: str
    score: int
    reasons: tuple[str, ...]
    mails: tuple[str, ...]
    """Each mail with the reason why it was or was not sent, newest first."""
    holds: tuple[str, ...]
    """What keeps reminders from leaving, or the invoice out of the queue."""
    agreed: tuple[str, ...] = ()
    """Promises, plans and disputes that are open, or were broken last."""
    guardrails: tuple[str, ...] = ()
    """What would hold the mails that wait, if they were to leave now."""
    in_hand: str = ""
    """Who has the customer's case now."""
    usual_delay: int | None = None
    """Days past due at which the customer usually pays."""


_MAILS = """
    SELECT g.letter, g.address, g.state, g.reason, g.not_before, g.waits, g.waits_reason, g.id,
           coalesce(g.sent_at, g.queued_at) AS at, t.state AS item_state, t.reason AS item_reason
    FROM (SELECT id AS mail FROM mailing WHERE invoice_id = %(id)s
          UNION SELECT mailing_id FROM mailing_item WHERE invoice_id = %(id)s) about
    JOIN mailing g ON g.id = about.mail
    LEFT JOIN LATERAL (SELECT state, reason FROM mailing_item x WHERE x.mailing_id = g.id AND x.invoice_id = %(id)s
                       ORDER BY x.state = 'included' DESC, x.created_at DESC LIMIT 1) t ON true
    ORDER BY g.queued_at DESC, g.id LIMIT %(mails)s
"""

_LINES = """
    SELECT * FROM (
        SELECT 'hold' AS what, h.kind AS name, h.reason, h.until, h.made_by, NULL::date AS day, NULL::bigint AS minor,
               h.contact_id IS NOT NULL AS narrow, h.created_at
        FROM hold h WHERE h.account_id = %(account)s AND h.state = 'active' AND (h.until IS NULL OR h.until > %(now)s)
          AND (h.invoice_id IS NULL OR h.invoice_id = %(id)s)
        UNION ALL SELECT 'gate', g.name, g.reason, g.until, g.made_by, NULL, NULL, false, g.created_at FROM gate g
        WHERE g.state = 'closed' AND (g.until IS NULL OR g.until > %(now)s)
          AND (g.segment IS NULL OR g.segment = (SELECT segment FROM enrolment e WHERE e.invoice_id = %(id)s
                                                 AND e.state = 'running'))
        UNION ALL SELECT 'veto', v.step::text, v.reason, NULL, v.made_by, NULL, NULL, false, v.created_at
        FROM veto v JOIN enrolment e ON e.id = v.enrolment_id
        WHERE e.invoice_id = %(id)s AND e.state = 'running' AND v.step > e.last_position
        UNION ALL SELECT 'promise', p.state, p.note, NULL, p.made_by, p.promised_on, p.amount_minor, false, p.created_at
        FROM promise p WHERE p.invoice_id = %(id)s AND p.state IN ('running', 'broken', 'partly_kept')
        UNION ALL SELECT 'plan', p.state, p.reason, NULL, p.made_by, NULL, p.covers_minor, false, p.created_at
        FROM plan p WHERE p.invoice_id = %(id)s AND p.state IN ('requested', 'countered', 'running', 'defaulted')
        UNION ALL SELECT 'dispute', d.reason_code, coalesce(o.name, ''), d.sla_due_at, d.filed_by, NULL,
               d.amount_minor, d.is_test, d.created_at
        FROM dispute d LEFT JOIN person o ON o.id = d.owner_id WHERE d.invoice_id = %(id)s AND d.state = 'open'
    ) lines ORDER BY created_at DESC LIMIT %(lines)s
"""


async def explain(core: Core, *, invoice_number: str, actor: Actor) -> Why:
    """Explain an invoice.

    Raises:
        NotAllowed: The actor may not look.
        InvoiceNotFound: No invoice has that number.
    """
    actor.require(Permission.VIEW)
    row = await core.database.row(
        score.scored("WHERE i.number_key = %(key)s"),
        parameters(core, key=invoices.number_key(invoice_number)),
        prepare=True,
    )
    if row is None:
        raise InvoiceNotFound(invoice_number)
    told = score.judgement(core, row, actor=actor)
    about = {"id": row["id"], "account": row["account_id"], "now": core.clock.now()}
    mails = await core.database.rows(_MAILS, {**about, "mails": MAILS_SHOWN})
    lines = await core.database.rows(_LINES, {**about, "lines": LINES_SHOWN})
    pending = [each["id"] for each in mails if each["state"] in ("drafted", "queued")][:PENDING_SHOWN]
    holder = await claims.in_hand(core, core.database, account_id=row["account_id"])
    return Why(
        invoice_number=row["number"],
        next_action=told.next_action,
        score=told.score,
        reasons=told.reasons,
        mails=tuple(_mail(each) for each in mails),
        holds=_holds(row, told, lines) if row["state"] == "open" else (),
        agreed=tuple(_agreed(each, row["currency"]) for each in lines if each["what"] in _AGREED),
        guardrails=await _objections(core, pending, row["id"]),
        in_hand=say("{name}, until {until}", name=holder[0], until=dates.told(holder[1])) if holder else "",
        usual_delay=row["usual_delay"],
    )


_AGREED = frozenset({"promise", "plan", "dispute"})


def _mail(mail: Row) -> str:
    """Return what became of a mail, or of this invoice's part in it."""
    line = say(
        "{at} {letter} to {address}",
        at=dates.told(mail["at"]),
        letter=names.named(mail["letter"]),
        address=addresses.masked(mail["address"]),
    )
    if mail["item_state"] == "dropped":
        return f"{line}: {say('without this invoice, {why}', why=sentences.said(mail['item_reason']))}"
    reasons = list(dict.fromkeys(each for each in (mail["reason"], mail["item_reason"]) if each))
    told = ", ".join([say(mail["state"]), *sentences.all_said(reasons)])
    if mail["state"] != "queued" or mail["not_before"] is None:
        return f"{line}: {told}"
    until = dates.told(mail["not_before"])
    if not mail["waits_reason"]:
        return f"{line}: {told}; {say('waits until {until}', until=until)}"
    return (
        f"{line}: {told}; {say('waits until {until} ({why})', until=until, why=sentences.said(mail['waits_reason']))}"
    )


def _holds(row: Row, told: Judgement, lines: Sequence[Row]) -> tuple[str, ...]:
    stands = (
        (row["processing"], say("A bank debit is under way; reminders wait for its outcome")),
        (row["excluded"], say("The account is excluded from collection")),
        (not row["has_contact"], say("Nobody is on file to write to")),
        (row["has_contact"] and not row["mailable"], say("Every address on file is suppressed")),
        (row["paused_why"], say("Not asked for: {why}", why=sentences.said(row["paused_why"] or ""))),
        (row["snoozed_until"], say("Out of the queue: {why}", why=told.stopped)),
        (
            row["enrolment_state"] == "running" and row["held"],
            say("The next reminder is held: {why}", why=sentences.said(row["held"] or "")),
        ),
    )
    return tuple(text for holds, text in stands if holds) + tuple(
        _hold(each) for each in lines if each["what"] not in _AGREED
    )


def _hold(line: Row) -> str:
    until = dates.told(line["until"]) if line["until"] else ""
    told = {"name": say(line["name"]), "by": line["made_by"], "why": sentences.said(line["reason"]), "until": until}
    match line["what"]:
        case "veto":
            return say("Step {name} was struck out by {by}: {why}", **told)
        case "gate" if until:
            return say("All mail is held ({name} until {until}): {why}", **told)
        case "gate":
            return say("All mail is held ({name}): {why}", **told)
        case _:
            return say(_HOLD[bool(line["narrow"]), bool(until)], **told)


_HOLD: Mapping[tuple[bool, bool], str] = {
    (False, False): phrase("On hold ({name}), by {by}: {why}"),
    (False, True): phrase("On hold ({name}) until {until}, by {by}: {why}"),
    (True, False): phrase("On hold ({name}, for one contact), by {by}: {why}"),
    (True, True): phrase("On hold ({name}, for one contact) until {until}, by {by}: {why}"),
}
"""Whether it is for one contact only, and whether its end is known."""


def _agreed(line: Row, currency: str) -> str:
    amount = Money(int(line["minor"]), currency)
    match line["what"]:
        case "promise":
            state = words.promise_state(line["name"])
            return say("Promise of {amount} by {day}: {state}", amount=amount, day=line["day"], state=state)
        case "plan":
            return say("Plan over {amount}: {state}", amount=amount, state=words.plan_state(line["name"]))
        case _:
            due, owner = dates.told(line["until"]), line["reason"]
            told = _DISPUTE[bool(line["narrow"]), bool(owner)]
            reason = say(str(line["name"]).replace("_", " "))
            return say(told, amount=amount, reason=reason, owner=owner, due=due)


_DISPUTE: Mapping[tuple[bool, bool], str] = {
    (False, False): phrase("Dispute over {amount} ({reason}): nobody has it, answer due {due}"),
    (False, True): phrase("Dispute over {amount} ({reason}): {owner} has it, answer due {due}"),
    (True, False): phrase("Test dispute over {amount} ({reason}): nobody has it, answer due {due}"),
    (True, True): phrase("Test dispute over {amount} ({reason}): {owner} has it, answer due {due}"),
}
"""Whether it is a test, and whether somebody has it."""


async def _objections(core: Core, mailing_ids: Sequence[UUID], invoice_id: UUID) -> tuple[str, ...]:
    """Return what the guardrails would say of the waiting mails at this moment; nothing is changed."""
    sheets: dict[UUID, Any] = (
        await fact_sheets.read(core, core.database, mailing_ids=mailing_ids) if mailing_ids else {}
    )
    found: list[str] = []
    for facts in sheets.values():
        items = [guardrails.judged(each) for each in facts.items if each.invoice_id == invoice_id]
        for verdict in (*items, guardrails.verdict(facts)):
            if isinstance(verdict, Send):
                continue
            told = say("{kind}: {why}", kind=say(verdict.guardrail), why=verdict.reason)
            if isinstance(verdict, Wait):
                told = say("{why}, until {until}", why=told, until=dates.told(verdict.until))
            found.append(told)
    return tuple(dict.fromkeys(found))
