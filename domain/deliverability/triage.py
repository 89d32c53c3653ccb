"""Triage: what follows from a mail that was read, decided from the reading and from what its tokens prove.

Pure. A suppression needs proof: a valid, fresh token of ours that names the very message, and a report that is about
the address which that message was sent to. Everything else is evidence for a person.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256

from domain.deliverability import evidence, notes
from domain.deliverability.cases import Case, Mailed
from domain.deliverability.evidence import Finding, Proof, Sort
from domain.deliverability.reading import OUTCOMES, Kind, Outcome, Reading, RecipientReading
from domain.deliverability.return_paths import Kind as PathKind
from domain.deliverability.suppressions import Why
from domain.kernel import addresses
from domain.kernel.speech import joined, say

LONGEST_ABSENCE = timedelta(days=120)
"""An answer that names a later day is shown to a person: nobody's reminders wait that long by a machine's word."""


class Act(StrEnum):
    """What is done besides keeping the mail."""

    SUPPRESS = "suppress"
    COUNT = "count"
    """It makes a bounce day; enough of them suppress for a while."""
    LIFT = "lift"
    LEFT = "left"
    """The contact is gone: somebody looks for another one."""
    AWAY = "away"
    """The contact is back on a day; its reminders wait until then."""
    SHOW = "show"
    """A person must look at it."""
    NOTE = "note"
    """It is on the timeline and nobody needs to do anything."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows, and why; the note holds no address and no word of the mail."""

    act: Act
    note: str
    mailed: Mailed | None = None
    why: Why | None = None
    diagnostic: str = ""
    findings: tuple[Finding, ...] = field(default=())
    until: date | None = None
    belonging: str = ""
    """Of a person's mail: how uncertain it is whose it is; follows the note without a blank."""

    @property
    def reason(self) -> str:
        """All of it, as it is kept with the mail."""
        return joined("", [self.note, self.belonging]) if self.belonging else self.note


def decide(case: Case) -> Decision:
    """Decide what follows from a mail."""
    for kinds, judge in _JUDGES:
        if case.reading.kind in kinds and (decision := judge(case)) is not None:
            return decision
    raise AssertionError("the last line of the table takes every kind")


def mark(case: Case) -> str:
    """Return what is decided on a case, in a form that is compared when its mail is read again.

    It leaves out what a later day changes by itself: that somebody wrote or was lifted since, what is open by now.
    """
    mailed = {each: replace(message, contradicted=False) for each, message in case.mailed.items()}
    decision = decide(replace(case, mailed=mailed, writer=None))
    findings = sorted(f"{addresses.key(each.address)} {each.sort} {each.proof}" for each in decision.findings)
    about = decision.mailed or case.about
    words = (decision.act, decision.why or "", decision.until or "", about.id if about else "",
             sha256("\n".join(findings).encode("utf-8", "replace")).hexdigest()[:16] if findings else "")  # fmt: skip
    return "|".join(map(str, words))


def _unsubscribe(case: Case) -> Decision | None:
    if not any(each.kind is PathKind.UNSUBSCRIBE for each in case.tokens):
        return None
    mailed = case.proven(PathKind.UNSUBSCRIBE)
    if mailed is None:
        about, late = case.about, say(notes.OPT_OUT_LATE)
        return Decision(Act.SHOW, late, about, findings=_said_of(about, Sort.OPTED_OUT, Proof.STALE))
    if case.reading.kind is not Kind.HUMAN and case.reading.subject.strip().casefold() != _UNSUBSCRIBE:
        return Decision(Act.SHOW, say(notes.OPT_OUT_BY_MACHINE), mailed)
    return Decision(
        Act.SUPPRESS, say(notes.OPTED_OUT), mailed, Why.OPTED_OUT,
        findings=_said_of(mailed, Sort.OPTED_OUT, Proof.PROVEN))  # fmt: skip


def _bounce(case: Case) -> Decision:
    mailed = case.proven(PathKind.BOUNCE)
    if mailed is None:
        words = _first(case.reading)
        proof, missing = _missing(case, PathKind.BOUNCE)
        told = say(notes.UNPROVEN, what=_said(words), missing=missing)
        return Decision(Act.SHOW, told, case.about, diagnostic=words.diagnostic, findings=_named(case, proof))
    verdict = _verdict_on(mailed, case.reading)
    if verdict is None:
        return Decision(Act.SHOW, say(notes.OTHER_ADDRESS), mailed, findings=_named(case, Proof.OTHER_ADDRESS))
    return _on_proof(mailed, verdict)


def _on_proof(mailed: Mailed, verdict: RecipientReading) -> Decision:
    """Decide on a report that is proven to be about the address that was mailed."""

    def decision(act: Act, note: str, proof: Proof = Proof.PROVEN, why: Why | None = None) -> Decision:
        return Decision(act, note, mailed, why, verdict.diagnostic, (_finding(mailed.address, verdict, proof),))

    if not mailed.left:
        return decision(Act.SHOW, say(notes.NEVER_LEFT, what=_said(verdict)), Proof.NOT_MAILED)
    if verdict.hard and mailed.contradicted:
        return decision(Act.SHOW, say(notes.CONTRADICTED, what=_said(verdict)), Proof.CONTRADICTED)
    if verdict.hard:
        return decision(Act.SUPPRESS, _said(verdict), why=Why.HARD_BOUNCE)
    if OUTCOMES[verdict.reason] is Outcome.OURS:
        return decision(Act.SHOW, say(notes.OURS, what=_said(verdict)))
    return decision(Act.COUNT, say(notes.TRIED_AGAIN, what=_said(verdict)))


def _delayed(case: Case) -> Decision:
    mailed, words = case.proven(PathKind.BOUNCE), _first(case.reading)
    late = RecipientReading(words.address, words.status, words.diagnostic, words.reason)
    proof = Proof.PROVEN if mailed else _missing(case, PathKind.BOUNCE)[0]
    findings = (_finding(mailed.address, late, proof, Sort.LATE),) if mailed else ()
    return Decision(Act.NOTE, say(notes.STILL_TRIES), case.about, None, words.diagnostic, findings)


def _complaint(case: Case) -> Decision:
    reading = case.reading
    told = reading.feedback_type or "other"
    anyone = (PathKind.BOUNCE, PathKind.REPLY, PathKind.UNSUBSCRIBE)
    mailed = case.proven(*anyone, inner=True)
    if told not in _COMPLAINTS and told != _WITHDRAWN:
        return Decision(Act.SHOW, say(notes.REPORT, type=told), case.about)
    sort = Sort.WITHDRAWN if told == _WITHDRAWN else Sort.COMPLAINT
    if mailed is None:
        proof, missing = _missing(case, *anyone)
        unproven = say(notes.UNPROVEN, what=say(notes.COMPLAINT, type=told), missing=missing)
        return Decision(Act.SHOW, unproven, case.about, findings=_named(case, proof, sort))
    if reading.recipients and _verdict_on(mailed, reading) is None:
        other = say(notes.COMPLAINT_ELSEWHERE, type=told)
        return Decision(Act.SHOW, other, mailed, findings=_named(case, Proof.OTHER_ADDRESS, sort))
    found = _said_of(mailed, sort, Proof.PROVEN)
    if told == _WITHDRAWN:
        return Decision(Act.LIFT, say(notes.COMPLAINT_BACK), mailed, Why.COMPLAINT, findings=found)
    return Decision(Act.SUPPRESS, say(notes.COMPLAINED, type=told), mailed, _COMPLAINTS[told], findings=found)


def _automatic(case: Case) -> Decision:
    reading = case.reading
    mailed = case.proven(PathKind.BOUNCE, PathKind.REPLY)
    proof = Proof.PROVEN if mailed else _missing(case, PathKind.BOUNCE, PathKind.REPLY)[0]
    if reading.left:
        found = _said_of(mailed or case.about, Sort.LEFT, proof)
        if mailed is not None:
            return Decision(Act.LEFT, say(notes.LEFT), mailed, findings=found)
        return Decision(Act.SHOW, say(notes.LEFT_UNPROVEN), case.about, findings=found)
    if reading.back_on is None:
        return Decision(Act.NOTE, say(notes.AUTOMATIC), case.about)
    found = _said_of(mailed or case.about, Sort.AWAY, proof)
    told = say(notes.BACK_ON, day=reading.back_on)
    ahead = reading.back_on - case.arrived.date()
    if mailed is None or ahead <= timedelta():
        return Decision(Act.NOTE, told, case.about, findings=found)
    if ahead > LONGEST_ABSENCE:
        return Decision(Act.SHOW, say(notes.BACK_TOO_LATE, day=reading.back_on), mailed, findings=found)
    return Decision(Act.AWAY, told, mailed, findings=found, until=reading.back_on)


def _human(case: Case) -> Decision:
    mailed = case.about
    if mailed is not None:
        owner = case.proven(PathKind.BOUNCE, PathKind.REPLY, PathKind.UNSUBSCRIBE)
        wrote = owner is not None and owner.address_key == addresses.key(case.reading.sender)
        alive = _said_of(owner, Sort.ALIVE, Proof.PROVEN) if wrote else ()
        return Decision(Act.SHOW, say(notes.WROTE), mailed, findings=alive)
    if case.writer is None:
        return Decision(Act.SHOW, say(notes.WROTE), belonging=say(notes.NOBODYS))
    if case.writer.invoice_id is not None:
        return Decision(Act.SHOW, say(notes.WROTE), belonging=say(notes.BY_SENDER))
    return Decision(Act.SHOW, say(notes.WROTE), belonging=say(notes.OF_SEVERAL, count=case.writer.open_invoices))


def _shown(case: Case) -> Decision:
    return Decision(Act.SHOW, say(notes.NEITHER), case.about)


_COMPLAINTS = {
    "abuse": Why.COMPLAINT,
    "opt-out": Why.OPTED_OUT,
    "opt-out-list": Why.OPTED_OUT,
    "miscategorized": Why.COMPLAINT,
}
"""Feedback types that say "send me no more", and the suppression that follows. Others are for operations."""

_WITHDRAWN = "not-spam"

_UNSUBSCRIBE = "unsubscribe"
"""The subject of a mail program that opts out for its user, and may call itself automatic (RFC 3834, RFC 8058). Absence
notes, receipts and demands for confirmation have other subjects."""

_JUDGES: tuple[tuple[frozenset[Kind], Callable[[Case], Decision | None]], ...] = (
    (frozenset({Kind.BOUNCE}), _bounce),
    (frozenset({Kind.DELAYED}), _delayed),
    (frozenset({Kind.COMPLAINT}), _complaint),
    (frozenset({Kind.AUTO_REPLY, Kind.HUMAN, Kind.OTHER}), _unsubscribe),
    (frozenset({Kind.AUTO_REPLY}), _automatic),
    (frozenset({Kind.HUMAN}), _human),
    (frozenset(Kind), _shown),
)
"""Who judges which kind, in this order."""


def _verdict_on(mailed: Mailed, reading: Reading) -> RecipientReading | None:
    """Return what the report says of the address that we mailed; a report without any address speaks of ours."""
    if not reading.recipients:
        return reading.unnamed or RecipientReading("")
    return next((each for each in reading.recipients
                 if mailed.address_key in map(addresses.key, (each.address, *each.also))), None)  # fmt: skip


def _first(reading: Reading) -> RecipientReading:
    return next(iter(reading.recipients), None) or reading.unnamed or RecipientReading("")


def _said(verdict: RecipientReading) -> str:
    reason = say(notes.REFUSED[verdict.reason])
    return say(notes.WITH_STATUS, reason=reason, status=verdict.status) if verdict.status else reason


def _finding(address: str, told: RecipientReading, proof: Proof, sort: Sort | None = None) -> Finding:
    outcome = Sort.DEAD if told.hard else evidence.OF_OUTCOME[OUTCOMES[told.reason]]
    if outcome is Sort.DEAD and not told.hard:
        outcome = Sort.UNCLEAR  # the words say so, but not for good
    return Finding(address, sort or outcome, proof, told.reason.value, told.status, told.diagnostic)


def _named(case: Case, proof: Proof, sort: Sort | None = None) -> tuple[Finding, ...]:
    """Return what an unproven report says of those whom it names, or of the message that it seems to belong to."""
    named = tuple(_finding(each.address, each, proof, sort) for each in case.reading.recipients if each.address)
    if named or case.about is None:
        return named[: evidence.MAX_FINDINGS]
    return (_finding(case.about.address, _first(case.reading), proof, sort),)


def _said_of(mailed: Mailed | None, sort: Sort, proof: Proof) -> tuple[Finding, ...]:
    return (Finding(mailed.address, sort, proof),) if mailed else ()


def _missing(case: Case, *kinds: PathKind) -> tuple[Proof, str]:
    """Say what is missing to believe a report."""
    tokens = case.tokens + case.inner
    if not tokens:
        return Proof.MISSING, say(notes.NO_TOKEN)
    if not any(each.kind in kinds for each in tokens):
        return Proof.OTHER_TOKEN, say(notes.OTHER_TOKEN)
    if not any(each.fresh for each in tokens if each.kind in kinds):
        return Proof.STALE, say(notes.TOKEN_OLD)
    return Proof.OTHER_TOKEN, say(notes.OTHER_TOKEN)
