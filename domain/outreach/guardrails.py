"""Guardrails: everything that is looked at again right before a mail leaves, as two literal tables.

``ITEMS`` is asked of each invoice in a reminder, ``MAIL`` of the mail that is left. A line is a name, what it reads,
a judge (None: nothing to object) and the reason that is kept and shown. Pure: the facts are read by ``fact_sheets``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Generic, TypeVar

from domain.outreach import judges, reasons  # noqa: F401 - what is stored in English is read in other languages
from domain.outreach.facts import ItemFacts, Lane, MailFacts, Stop
from domain.outreach.told import Told
from domain.outreach.verdicts import SEND, Never, Review, Verdict, Wait

F = TypeVar("F", ItemFacts, MailFacts)


@dataclass(frozen=True, slots=True)
class Guardrail(Generic[F]):
    """One reason for which a mail, or an invoice in it, does not leave, or not now."""

    name: str
    reads: tuple[str, ...]
    """Fields of the facts on which it depends."""
    judge: Callable[[F], Wait | Never | Review | None]
    reason: str
    """``{f.…}`` stands for a fact."""
    answers: bool = False
    """Whether it holds answers too; everything else concerns only what asks for money."""


ITEMS: tuple[Guardrail[ItemFacts], ...] = (
    Guardrail(
        "paid since", ("invoice_state", "settled_on"), lambda f: judges.ends(f.invoice_state == "settled"),
        "nothing is open on the invoice any more: it was settled{f.settled_when}",
    ),
    Guardrail(
        "nothing open", ("invoice_state",), lambda f: judges.ends(f.invoice_state != "open"),
        "nothing is open on the invoice any more: it is {f.invoice_state_told}",
    ),
    Guardrail(
        "reminders ended", ("enrolment_state",), lambda f: judges.ends(f.enrolment_state == "closed"),
        "the invoice's reminders have ended",
    ),
    Guardrail("veto", ("vetoed",), lambda f: judges.ends(f.vetoed is not None), "this step was struck out: {f.vetoed}"),
    Guardrail(
        "instalment paid", ("instalment", "instalment_met"), lambda f: judges.ends(f.instalment and f.instalment_met),
        "the instalment has been paid",
    ),
    Guardrail(
        "plan ended", ("instalment", "plan_state"), lambda f: judges.ends(f.instalment and f.plan_state != "running"),
        "the plan is {f.plan_state}",
    ),
    Guardrail(
        "account excluded", ("account_state",), lambda f: judges.gives_back(f.account_state == "excluded"),
        "the account is excluded from reminders",
    ),
    Guardrail(
        "debit under way", ("processing",), lambda f: judges.gives_back(f.processing), "a bank debit is under way"
    ),
    Guardrail(
        "hold", ("hold",), lambda f: judges.gives_back(f.hold is not None, until=f.hold.until if f.hold else None),
        "on hold ({f.hold.kind}){f.hold_end}: {f.hold.reason}",
    ),
    Guardrail("paused", ("ask", "paused_why"), judges.paused, "nothing is left to ask for: {f.paused_why}"),
    Guardrail(
        "account in credit", ("unapplied_minor", "owed_minor"),
        lambda f: judges.gives_back(0 < f.owed_minor <= f.unapplied_minor),
        "the account's unapplied money and open credit notes cover all that it owes",
    ),
    Guardrail(
        "not due yet", ("today", "due_on", "offset_days", "instalment", "nudge"), judges.not_yet,
        "its due date was moved to {f.due_on}",
    ),
)  # fmt: skip
"""Read top to bottom; the first that objects is the reason which is kept and shown."""


MAIL: tuple[Guardrail[MailFacts], ...] = (
    Guardrail(
        "contact removed", ("contact_state",), lambda f: judges.unreachable(f, f.contact_state != "active"),
        "the contact was removed", answers=True,
    ),
    Guardrail(
        "suppressed", ("suppressed_for",), lambda f: judges.unreachable(f, f.suppressed_for not in (None, "opted out")),
        "the address is suppressed ({f.suppressed_for})", answers=True,
    ),
    Guardrail(
        "opted out", ("suppressed_for",), lambda f: judges.unreachable(f, f.suppressed_for == "opted out"),
        "the contact opted out of reminders",
    ),
    Guardrail("outdated", ("unfit",), lambda f: judges.ends(bool(f.unfit)), "{f.unfit}", answers=True),
    Guardrail(
        "approval", ("approved_at", "items", "high_value", "edited_by"), judges.unapproved,
        "a person has to approve it: {f.approvals}",
    ),
    Guardrail(
        "stale approval", ("approved_at", "drafted_as", "items", "letter", "address_key"), judges.stale,
        "it was approved as something else: {f.changes}",
    ),
    Guardrail(
        "gate", ("gates", "approved_at"), judges.gated, "{f.gate.kind}{f.gate_end}: {f.gate.reason}", answers=True
    ),
    Guardrail(
        "conversation", ("replied_at", "replied_until"), judges.unanswered,
        "the customer wrote on {f.replied_at:%Y-%m-%d} and waits for an answer{f.replied_end}",
    ),
    Guardrail(
        "ledger too old", ("ledger_at", "ledger_max_age"), judges.stale_ledger,
        "no invoices or payments were imported or received for {f.ledger_max_age.days} days",
    ),
    Guardrail(
        "segment coverage", ("health", "least_coverage", "approved_at"), judges.poor_coverage,
        "only {f.health.mailable_count} of {f.health.open_count} open invoices ({f.health.coverage:.0%}) of segment "
        "{f.segment} have a contact that can be mailed; {f.total} is held back",
    ),
    Guardrail(
        "segment reversals", ("health", "most_reversals", "approved_at"), judges.many_reversals,
        "{f.health.reversed_week} of the week's {f.health.paid_week} payments of segment {f.segment} went back "
        "({f.health.reversals:.0%}); {f.total} is held back",
    ),
    Guardrail("undo", ("approved_at", "undo"), judges.undo, "its approval may still be called back"),
    Guardrail(
        "weekend", ("now", "zone", "country"), lambda f: judges.free_day(f, weekend=True),
        "it is the weekend where the payer is",
    ),
    Guardrail(
        "holiday", ("now", "zone", "country"), lambda f: judges.free_day(f, weekend=False),
        "it is a holiday where the payer is",
    ),
    Guardrail(
        "quiet hours", ("now", "zone", "country", "opens", "closes"), judges.quiet_hours,
        "it is {f.local_time} where the payer is; reminders leave from {f.opens:%H:%M} to {f.closes:%H:%M}",
    ),
    Guardrail(
        "contact rest", ("asked_at", "rest"), judges.rest,
        "the contact was last written to on {f.asked_at:%Y-%m-%d}; reminders rest for {f.rest.days} days",
    ),
    Guardrail(
        "breaker", ("breaker",), judges.breaker, "mail to {f.breaker.kind} is paused: {f.breaker.reason}",
    ),
    Guardrail(
        "segment cap", ("lanes",), judges.cap("segment cap"),
        "the segment's {f.segment_cap} reminders of the day have left",
    ),
    Guardrail(
        "domain cap", ("lanes",), judges.cap("domain cap"),
        "the sending domain's {f.domain_cap} mails of the day have left",
    ),
    Guardrail(
        "warm-up", ("lanes",), judges.cap("warm-up"),
        "the sending domain is new and sends {f.warm_up_cap} mails a day for now; those of today have left",
    ),
)  # fmt: skip
"""What will never pass comes before what a person must see, and that before what waits."""


def judged(item: ItemFacts) -> Verdict:
    """Return the verdict on one invoice of a reminder."""
    return _first(ITEMS, item)


def verdict(facts: MailFacts) -> Verdict:
    """Return the verdict on a mail: the first objection that is not about time, else the wait for all of them.

    Every guardrail that says wait has to be satisfied at once, so the mail waits for the latest of them, and if that
    is at night, over a weekend or a holiday, until the payer's next opening.
    """
    table = MAIL if facts.asks else tuple(each for each in MAIL if each.answers)
    found = [objection for each in table if (objection := _judged(each, facts)) is not None]
    final = next((each for each in found if not isinstance(each, Wait)), None)
    if final is not None:
        return final
    waits = [each for each in found if isinstance(each, Wait)]
    return _together(facts, waits) if waits else SEND


def full(facts: MailFacts, lane: Lane) -> Wait:
    """Return the wait for a budget that was used up a moment ago, by somebody else."""
    used = replace(facts, lanes=(replace(lane, sent=lane.cap),), reserved=False)
    (line,) = [each for each in MAIL if each.name == lane.called]
    found = _judged(line, used)
    assert isinstance(found, Wait)
    return _together(facts, [found])


def broken(facts: MailFacts, *, until: datetime, reason: str) -> Wait:
    """Return the wait for a provider to which another mail is trying its luck."""
    tried = replace(facts, breaker=Stop(facts.provider, reason, until))
    (line,) = [each for each in MAIL if each.name == "breaker"]
    found = _judged(line, tried)
    assert isinstance(found, Wait), "a pause that is over lets the first one who asks try"
    return _together(facts, [found])


def _together(facts: MailFacts, waits: Sequence[Wait]) -> Wait:
    until = max(each.until for each in waits).astimezone(UTC)
    return replace(waits[0], until=judges.opening(facts, until) if facts.asks else until)


def _first(table: Sequence[Guardrail[F]], facts: F) -> Verdict:
    return next((found for each in table if (found := _judged(each, facts)) is not None), SEND)


def _judged(line: Guardrail[F], facts: F) -> Wait | Never | Review | None:
    found = line.judge(facts)
    if found is None:
        return None
    return replace(found, guardrail=line.name, reason=line.reason.format(f=Told(facts)))
