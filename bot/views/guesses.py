"""Guesses at what a mail wants, in words: what each understood, and what its button says."""

from collections.abc import Mapping

from domain.commitments import dispute_reasons
from domain.deliverability.replies import Intent, IntentKind, Share
from domain.kernel.speech import counted, phrase, say

WANTS: Mapping[IntentKind, str] = {
    IntentKind.PROMISE: phrase("Note the promise"),
    IntentKind.PAID: phrase("Look for the payment"),
    IntentKind.DISPUTE: phrase("Open a dispute"),
    IntentKind.WRONG_CONTACT: phrase("Take the other contact"),
    IntentKind.STOP: phrase("Stop reminders to them"),
    IntentKind.CALL: phrase("Plan a call"),
    IntentKind.COPY: phrase("Plan to send a copy"),
    IntentKind.INSTALMENTS: phrase("Plan instalments"),
    IntentKind.QUESTION: phrase("Question answered"),
    IntentKind.OTHER: phrase("Nothing to do"),
}
"""What the button says that confirms a guess."""


CORRECTIONS = (
    IntentKind.PROMISE,
    IntentKind.PAID,
    IntentKind.DISPUTE,
    IntentKind.INSTALMENTS,
    IntentKind.WRONG_CONTACT,
    IntentKind.STOP,
    IntentKind.CALL,
    IntentKind.COPY,
    IntentKind.OTHER,
)
"""What somebody may say that a mail means, the most frequent first."""

_SHARES = {Share.HALF: phrase("half of it"), Share.REST: phrase("the rest"), Share.ALL: phrase("all of it")}

_PAPERS = {"invoice": phrase("of the invoice"), "statement": phrase("of the statement")}
"""Of what a copy is wished for."""


def plain(guess: Intent) -> str:
    """Return what the guess understood, for a button's label and the line above."""
    parts = []
    if guess.kind is IntentKind.DISPUTE and guess.detail:
        known = dispute_reasons.BY_CODE.get(guess.detail)
        parts.append(known.title if known else guess.detail.replace("_", " "))
    if guess.kind is IntentKind.OTHER and guess.detail:
        parts.append(say("a refusal") if guess.detail == "refusal" else guess.detail)
    if guess.kind is IntentKind.COPY and guess.detail in _PAPERS:
        parts.append(say(_PAPERS[guess.detail]))
    if guess.amount is not None:
        share = _SHARES.get(guess.amount.share)
        parts.append(say(share) if share else guess.amount.text)
    if guess.count:
        parts.append(counted("in {n} part", "in {n} parts", guess.count))
    if guess.day is not None:
        parts.append(
            say("on {day} or {other}", day=guess.day.on, other=guess.day.other)
            if guess.day.other
            else say("on {day}", day=guess.day.on)
        )
    if guess.references:
        parts.append(say("reference {reference}", reference=guess.references[0]))
    if guess.contact:
        parts.append(guess.contact)
    return " ".join(parts)
