"""Triage: what follows from a mail that was read, decided from the reading and from what its tokens prove.

Pure. A suppression needs proof: a valid, fresh token of ours that names the very message, and a report that is about
the address which that message was sent to. Everything else is evidence for a person.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.deliverability.reading import OUTCOMES, Kind, Outcome, Reading, RecipientReading
from domain.deliverability.return_paths import Kind as PathKind
from domain.deliverability.return_paths import Proof
from domain.deliverability.suppressions import Why
from domain.kernel import addresses


@dataclass(frozen=True, slots=True)
class Mailed:
    """A message of ours that a mail may be about."""

    id: UUID
    message_id: str
    address: str
    address_key: str
    invoice_id: UUID
    invoice_number: str
    account_id: UUID


@dataclass(frozen=True, slots=True)
class Case:
    """All that a decision is made from."""

    reading: Reading
    proofs: tuple[Proof, ...]
    """Of the addresses that the mail was sent to."""
    inner: tuple[Proof, ...]
    """Of addresses inside the mail: only somebody who had our message can know them."""
    mailed: Mapping[UUID, Mailed]
    """The messages that the proofs name, and those whose Message-ID the mail refers to."""

    def proven(self, *kinds: PathKind, inner: bool = False) -> Mailed | None:
        """Return the message that a fresh token of these kinds proves, if we know it."""
        proofs = self.proofs + (self.inner if inner else ())
        return next(
            (self.mailed[each.mailing_id] for each in proofs
             if each.kind in kinds and each.fresh and each.mailing_id in self.mailed), None)  # fmt: skip

    @property
    def about(self) -> Mailed | None:
        """Return the message that the mail most likely belongs to; stale tokens and Message-IDs are good enough."""
        named = [each.mailing_id for each in (*self.proofs, *self.inner)]
        by_id = {each.message_id.strip("<>").lower(): each for each in self.mailed.values()}
        referred = (by_id.get(each.strip("<>").lower()) for each in self.reading.message_ids)
        return next((self.mailed[each] for each in named if each in self.mailed), None) or next(
            (each for each in referred if each is not None), None)  # fmt: skip


class Act(StrEnum):
    """What is done besides keeping the mail."""

    SUPPRESS = "suppress"
    LIFT = "lift"
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


def decide(case: Case) -> Decision:
    """Decide what follows from a mail."""
    for kinds, judge in _JUDGES:
        if case.reading.kind in kinds and (decision := judge(case)) is not None:
            return decision
    raise AssertionError("the last line of the table takes every kind")


def _unsubscribe(case: Case) -> Decision | None:
    if not any(each.kind is PathKind.UNSUBSCRIBE for each in case.proofs):
        return None
    mailed = case.proven(PathKind.UNSUBSCRIBE)
    if mailed is None:
        return Decision(
            Act.SHOW, "asks to be left alone, but the token is too old or of no message that we know", case.about
        )
    return Decision(Act.SUPPRESS, "asked for no more reminders", mailed, Why.OPTED_OUT)


def _bounce(case: Case) -> Decision:
    reading = case.reading
    mailed = case.proven(PathKind.BOUNCE)
    if mailed is None:
        words = _first(reading)
        return Decision(
            Act.SHOW, f"{_said(words)}; {_missing(case)}, so nothing was suppressed", case.about, None, words.diagnostic
        )
    verdict = _verdict_on(mailed, reading)
    if verdict is None:
        return Decision(Act.SHOW, "the report names another address than the one that was mailed", mailed)
    if not verdict.hard:
        ours = OUTCOMES[verdict.reason] is Outcome.OURS
        note = f"{_said(verdict)}; {'our fault, ' if ours else ''}the address may be mailed again"
        return Decision(Act.SHOW if ours else Act.NOTE, note, mailed, None, verdict.diagnostic)
    return Decision(Act.SUPPRESS, _said(verdict), mailed, Why.HARD_BOUNCE, verdict.diagnostic)


def _delayed(case: Case) -> Decision:
    return Decision(Act.NOTE, "the receiving server still tries", case.about, None, _first(case.reading).diagnostic)


def _complaint(case: Case) -> Decision:
    reading = case.reading
    told = reading.feedback_type or "other"
    anyone = (PathKind.BOUNCE, PathKind.REPLY, PathKind.UNSUBSCRIBE)
    mailed = case.proven(*anyone, inner=True)
    if told not in _COMPLAINTS and told != _WITHDRAWN:
        return Decision(Act.SHOW, f"a report of the type {told}", case.about)
    if mailed is None:
        return Decision(Act.SHOW, f"a complaint ({told}); {_missing(case)}, so nothing was suppressed", case.about)
    if reading.recipients and _verdict_on(mailed, reading) is None:
        return Decision(
            Act.SHOW, f"a complaint ({told}) that names another address than the one that was mailed", mailed
        )
    if told == _WITHDRAWN:
        return Decision(Act.LIFT, "the recipient took the complaint back", mailed, Why.COMPLAINT)
    return Decision(Act.SUPPRESS, f"complained ({told})", mailed, _COMPLAINTS[told])


def _shown(case: Case) -> Decision:
    return Decision(Act.SHOW, _WORDS[case.reading.kind], case.about)


_COMPLAINTS = {
    "abuse": Why.COMPLAINT,
    "opt-out": Why.OPTED_OUT,
    "opt-out-list": Why.OPTED_OUT,
    "miscategorized": Why.COMPLAINT,
}
"""Feedback types that say "send me no more", and the suppression that follows. Others are for operations."""

_WITHDRAWN = "not-spam"

_WORDS = {
    Kind.AUTO_REPLY: "an automatic answer",
    Kind.HUMAN: "a person wrote",
    Kind.OTHER: "neither a report nor an answer",
}

_JUDGES: tuple[tuple[frozenset[Kind], Callable[[Case], Decision | None]], ...] = (
    (frozenset({Kind.BOUNCE}), _bounce),
    (frozenset({Kind.DELAYED}), _delayed),
    (frozenset({Kind.COMPLAINT}), _complaint),
    (frozenset({Kind.AUTO_REPLY, Kind.HUMAN, Kind.OTHER}), _unsubscribe),
    (frozenset({Kind.AUTO_REPLY, Kind.HUMAN, Kind.OTHER}), _shown),
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
    return f"{verdict.reason.value} ({verdict.status})" if verdict.status else verdict.reason.value


def _missing(case: Case) -> str:
    """Say what is missing to believe a report."""
    proofs = case.proofs + case.inner
    if not proofs:
        return "it came without a valid token"
    if not any(each.fresh for each in proofs):
        return "its token is too old"
    return "its token does not prove it"
