"""Guardrails: everything that is looked at again right before a mail leaves, as two literal tables.

``ITEMS`` is asked of each invoice in a reminder, ``MAIL`` of the mail that is left. A line is a name, what it reads,
a judge (None: nothing to object) and the reason that is kept and shown. Pure: the facts are read by ``fact_sheets``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Generic, TypeVar

from domain.kernel import speech
from domain.kernel.speech import phrase, say
from domain.outreach import judges, told
from domain.outreach.facts import ItemFacts, Lane, MailFacts, Stop
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
    """The sentence that is kept and shown."""
    values: Callable[[F], Mapping[str, object]] = lambda _: {}
    """What is filled into it."""
    otherwise: str = ""
    """The sentence where one of the values is not known."""
    answers: bool = False
    """Whether it holds answers too; everything else concerns only what asks for money."""


ITEMS: tuple[Guardrail[ItemFacts], ...] = (
    Guardrail(
        "paid since", ("invoice_state", "settled_on"), lambda f: judges.ends(f.invoice_state == "settled"),
        phrase("nothing is open on the invoice any more: it was settled on {day}"), lambda f: {"day": f.settled_on},
        phrase("nothing is open on the invoice any more: it was settled"),
    ),
    Guardrail(
        "nothing open", ("invoice_state",), lambda f: judges.ends(f.invoice_state != "open"),
        phrase("nothing is open on the invoice any more: it is {state}"),
        lambda f: {"state": say(f.invoice_state.replace("_", " "))},
    ),
    Guardrail(
        "reminders ended", ("enrolment_state",), lambda f: judges.ends(f.enrolment_state == "closed"),
        phrase("the invoice's reminders have ended"),
    ),
    Guardrail(
        "veto", ("vetoed",), lambda f: judges.ends(f.vetoed is not None),
        phrase("this step was struck out: {why}"), lambda f: {"why": f.vetoed},
    ),
    Guardrail(
        "instalment paid", ("instalment", "instalment_met"), lambda f: judges.ends(f.instalment and f.instalment_met),
        phrase("the instalment has been paid"),
    ),
    Guardrail(
        "plan ended", ("instalment", "plan_state"), lambda f: judges.ends(f.instalment and f.plan_state != "running"),
        phrase("the plan is {state}"), lambda f: {"state": say(f.plan_state or "")},
    ),
    Guardrail(
        "account excluded", ("account_state",), lambda f: judges.gives_back(f.account_state == "excluded"),
        phrase("the account is excluded from reminders"),
    ),
    Guardrail(
        "debit under way", ("processing",), lambda f: judges.gives_back(f.processing),
        phrase("a bank debit is under way"),
    ),
    Guardrail(
        "hold", ("hold",), lambda f: judges.gives_back(f.hold is not None, until=f.hold.until if f.hold else None),
        phrase("on hold ({kind}) until {until}: {why}"), lambda f: told.stop(f.hold),
        phrase("on hold ({kind}): {why}"),
    ),
    Guardrail(
        "paused", ("ask", "paused_why"), judges.paused,
        phrase("nothing is left to ask for: {why}"), lambda f: {"why": f.paused_why},
    ),
    Guardrail(
        "account in credit", ("unapplied_minor", "owed_minor"),
        lambda f: judges.gives_back(0 < f.owed_minor <= f.unapplied_minor),
        phrase("the account's unapplied money and open credit notes cover all that it owes"),
    ),
    Guardrail(
        "not due yet", ("today", "due_on", "offset_days", "instalment", "nudge"), judges.not_yet,
        phrase("its due date was moved to {day}"), lambda f: {"day": f.due_on},
    ),
)  # fmt: skip
"""Read top to bottom; the first that objects is the reason which is kept and shown."""


MAIL: tuple[Guardrail[MailFacts], ...] = (
    Guardrail(
        "contact removed", ("contact_state",), lambda f: judges.unreachable(f, f.contact_state != "active"),
        phrase("the contact was removed"), answers=True,
    ),
    Guardrail(
        "suppressed", ("suppressed_for",), lambda f: judges.unreachable(f, f.suppressed_for not in (None, "opted out")),
        phrase("the address is suppressed ({why})"), lambda f: {"why": say(f.suppressed_for or "")}, answers=True,
    ),
    Guardrail(
        "opted out", ("suppressed_for",), lambda f: judges.unreachable(f, f.suppressed_for == "opted out"),
        phrase("the contact opted out of reminders"),
    ),
    Guardrail("outdated", ("unfit",), lambda f: judges.ends(bool(f.unfit)), "{unfit}",
              lambda f: {"unfit": f.unfit}, answers=True),
    Guardrail(
        "approval", ("approved_at", "items", "high_value", "edited_by"), judges.unapproved,
        phrase("a person has to approve it: {why}"), lambda f: {"why": speech.joined(", ", judges.approvals(f))},
    ),
    Guardrail(
        "stale approval", ("approved_at", "drafted_as", "items", "letter", "address_key"), judges.stale,
        phrase("it was approved as something else: {changes}"),
        lambda f: {"changes": speech.joined("; ", told.changes(f.drafted_as or {}, f.snapshot))},
    ),
    Guardrail(
        "gate", ("gates", "approved_at"), judges.gated,
        phrase("{kind} until {until}: {why}"), lambda f: told.stop(judges.gate(f)),
        phrase("{kind}: {why}"), answers=True,
    ),
    Guardrail(
        "conversation", ("replied_at", "replied_until"), judges.unanswered,
        phrase("the customer wrote on {day} and waits for an answer (known by its sender only: until {until})"),
        lambda f: {"day": told.day(f.replied_at), "until": told.day(f.replied_until)},
        phrase("the customer wrote on {day} and waits for an answer"),
    ),
    Guardrail(
        "ledger too old", ("ledger_at", "ledger_max_age"), judges.stale_ledger,
        phrase("no invoices or payments were imported or received for {days} days"),
        lambda f: {"days": f.ledger_max_age.days},
    ),
    Guardrail(
        "segment coverage", ("health", "least_coverage", "approved_at"), judges.poor_coverage,
        phrase(
            "only {mailable} of {total} open invoices ({share}) of segment {segment} have a contact that can be mailed;"
            " {sum} is held back"
        ),
        told.coverage,
    ),
    Guardrail(
        "segment reversals", ("health", "most_reversals", "approved_at"), judges.many_reversals,
        phrase("{back} of the week's {paid} payments of segment {segment} went back ({share}); {sum} is held back"),
        told.reversals,
    ),
    Guardrail("undo", ("approved_at", "undo"), judges.undo, phrase("its approval may still be called back")),
    Guardrail(
        "weekend", ("now", "zone", "country"), lambda f: judges.free_day(f, weekend=True),
        phrase("it is the weekend where the payer is"),
    ),
    Guardrail(
        "holiday", ("now", "zone", "country"), lambda f: judges.free_day(f, weekend=False),
        phrase("it is a holiday where the payer is"),
    ),
    Guardrail(
        "quiet hours", ("now", "zone", "country", "opens", "closes"), judges.quiet_hours,
        phrase("it is {now} where the payer is; reminders leave from {opens} to {closes}"), told.hours,
    ),
    Guardrail(
        "contact rest", ("asked_at", "rest"), judges.rest,
        phrase("the contact was last written to on {day}; reminders rest for {days} days"),
        lambda f: {"day": told.day(f.asked_at), "days": f.rest.days},
    ),
    Guardrail(
        "breaker", ("breaker",), judges.breaker,
        phrase("mail to {provider} is paused: {why}"), lambda f: told.breaker(f.breaker),
    ),
    Guardrail(
        "segment cap", ("lanes",), judges.cap("segment cap"),
        phrase("the segment's {cap} reminders of the day have left"), lambda f: told.cap(f, "segment cap"),
    ),
    Guardrail(
        "domain cap", ("lanes",), judges.cap("domain cap"),
        phrase("the sending domain's {cap} mails of the day have left"), lambda f: told.cap(f, "domain cap"),
    ),
    Guardrail(
        "warm-up", ("lanes",), judges.cap("warm-up"),
        phrase("the sending domain is new and sends {cap} mails a day for now; those of today have left"),
        lambda f: told.cap(f, "warm-up"),
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
    values = line.values(facts)
    unknown = line.otherwise and None in values.values()
    return replace(found, guardrail=line.name, reason=say(line.otherwise if unknown else line.reason, **values))
