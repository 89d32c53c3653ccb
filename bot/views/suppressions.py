"""What a person is told about suppressed addresses and what speaks for them."""

import re
from collections.abc import Sequence

from bot import blocks, text
from bot.blocks import Message
from bot.views import suppression_words as words
from domain.deliverability.events import SuppressionLifted
from domain.deliverability.evidence import BOUNCE_DAYS, EvidenceLine
from domain.deliverability.suppression_lists import Evidence
from domain.kernel import addresses, sentences
from domain.kernel.speech import say

_ADDRESS = re.compile(r"[^\s<>()\[\]:;,\"']+@")
"""The part of an address that tells who it is; servers like to repeat whole addresses."""

MOST_SHOWN = 10
MOST_LISTED = 40


def lifted(event: SuppressionLifted) -> Message:
    """Return the answer to the one who lifted it."""
    sentence = say(
        "{address} may be mailed again: {reason}",
        address=text.foreign(event.address),
        reason=text.said(event.reason, limit=200),
    )
    return Message(text=sentence, blocks=(blocks.section(sentence),))


def explained(shown: str, found: Sequence[Evidence], heard: Sequence[EvidenceLine], days: int) -> Message:
    """Return all that keeps an address back, and what mails said of it."""
    active = [each for each in found if each.state == "active"]
    name = text.foreign(shown)
    if not found and not heard:
        sentence = say("{address} is not suppressed, and no mail has said anything of it.", address=name)
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = (
        say("{address} must not be mailed.", address=name) if active else say("{address} may be mailed.", address=name)
    )
    top = [blocks.section(f"*{head}*"), *([blocks.context(_days(days))] if days else [])]
    parts = [blocks.section(_line(each)) for each in found] + [blocks.section(_heard(each)) for each in heard]
    return Message(text=head, blocks=blocks.listing(top, parts))


def listed(found: Sequence[Evidence]) -> Message:
    """Return suppressions in force, the newest first; how to see one whole."""
    if not found:
        sentence = say("No such address is suppressed.")
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    shown = found[:MOST_LISTED]
    head = say("Suppressed addresses, the newest first.")
    if len(found) > len(shown):
        head = say(
            "Suppressed addresses, the newest first. The newest {n} are shown; name a part of an address for others.",
            n=len(shown),
        )
    lines = [blocks.section(_line(each)) for each in shown]
    how = blocks.context(say("`/plixo suppression ADDRESS` shows what speaks for one."))
    return Message(text=head, blocks=blocks.listing([blocks.section(f"*{head}*"), how], lines))


def _days(days: int) -> str:
    if days <= BOUNCE_DAYS:
        return say("{days} of {most} bounce days since mail to it last worked", days=days, most=BOUNCE_DAYS)
    return say("{days} (of {most} that suppress) bounce days since mail to it last worked", days=days, most=BOUNCE_DAYS)


def _line(each: Evidence) -> str:
    whom = text.foreign(each.address if each.address.startswith("@") else addresses.masked(each.address))
    mark = "*" if each.state == "active" else ""
    reason = f"{mark}{words.said(each.reason, words.WHY)}{mark}"
    if each.until and each.state == "active":
        reason = say("{reason} until {until}", reason=reason, until=text.moment(each.until))
    why = f": {text.said(sentences.said(each.note), limit=200)}" if each.note else _by_rule(each.rule)
    about = f", {text.foreign(each.invoice_number)}" if each.invoice_number else ""
    made = f"_{text.foreign(each.made_by, limit=40)}, {text.moment(each.since)}{about}_"
    return "\n".join([f"{whom}  {reason}{why}", made, *([_lifted(each)] if each.lifted_at else [])])


def _lifted(each: Evidence) -> str:
    assert each.lifted_at is not None, "asked by the caller"
    return say(
        "lifted by {who}, {at}: {reason}",
        who=text.foreign(each.lifted_by or "", limit=40),
        at=text.moment(each.lifted_at),
        reason=text.said(sentences.said(each.lift_reason or ""), limit=160),
    )


def _heard(each: EvidenceLine) -> str:
    what = [
        words.said(each.kind, words.SORTS),
        *([words.said(each.reason, words.FAULTS)] if each.reason else ()),
    ]
    kind = ", ".join(what) + (f" {text.foreign(each.status, limit=12)}" if each.status else "")
    if each.invoice_number:
        kind = say("{what} about {number}", what=kind, number=text.foreign(each.invoice_number))
    proof = (
        say("proven by our token")
        if each.proof == "proven"
        else say("not proven ({why})", why=words.said(each.proof, words.PROOFS))
    )
    parts = [
        f"{kind}: {proof}{_by_rule(each.rule)}",
        *([say("its sender: {told}", told=text.said(each.authentication, limit=120))] if each.authentication else ()),
    ]
    taken_back = f", {say('taken back by a newer reading')}" if each.withdrawn_at else ""
    said = f"\n> {text.said(_ADDRESS.sub(_hidden, each.diagnostic), limit=200)}" if each.diagnostic else ""
    return f"{text.moment(each.heard_at)}  {'; '.join(parts)}{taken_back}{said}"


def _by_rule(rule: str) -> str:
    """Return which rule understood a mail; a mail that a person wrote was understood by none."""
    return "" if rule == "human" else f" {say('(rule {name})', name=text.foreign(rule, limit=40))}"


def _hidden(found: re.Match[str]) -> str:
    return f"{found[0][0]}…@"
