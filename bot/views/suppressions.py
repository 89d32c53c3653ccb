"""What a person is told about suppressed addresses and what speaks for them."""

import re
from collections.abc import Sequence

from bot import blocks, text
from bot.blocks import Message
from domain.deliverability.events import SuppressionLifted
from domain.deliverability.evidence import BOUNCE_DAYS, EvidenceLine
from domain.deliverability.suppression_lists import Evidence
from domain.kernel import addresses

_ADDRESS = re.compile(r"[^\s<>()\[\]:;,\"']+@")
"""The part of an address that tells who it is; servers like to repeat whole addresses."""

MOST_SHOWN = 10
MOST_LISTED = 40


def lifted(event: SuppressionLifted) -> Message:
    """Return the answer to the one who lifted it."""
    sentence = f"{text.foreign(event.address)} may be mailed again: {text.said(event.reason, limit=200)}"
    return Message(text=sentence, blocks=(blocks.section(sentence),))


def explained(shown: str, found: Sequence[Evidence], heard: Sequence[EvidenceLine], days: int) -> Message:
    """Return all that keeps an address back, and what mails said of it."""
    active = [each for each in found if each.state == "active"]
    name = text.foreign(shown)
    if not found and not heard:
        sentence = f"{name} is not suppressed, and no mail has said anything of it."
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = f"{name} must not be mailed." if active else f"{name} may be mailed."
    of = f"{days} of {BOUNCE_DAYS}" if days <= BOUNCE_DAYS else f"{days} (of {BOUNCE_DAYS} that suppress)"
    counted = f"{of} bounce days since mail to it last worked" if days else ""
    parts = [blocks.section(_line(each)) for each in found] + [blocks.section(_heard(each)) for each in heard]
    top = [blocks.section(f"*{head}*"), *([blocks.context(counted)] if counted else [])]
    return Message(text=head, blocks=blocks.listing(top, parts))


def listed(found: Sequence[Evidence]) -> Message:
    """Return suppressions in force, the newest first; how to see one whole."""
    if not found:
        sentence = "No such address is suppressed."
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    shown = found[:MOST_LISTED]
    more = (
        "" if len(found) == len(shown) else f" The newest {len(shown)} are shown; name a part of an address for others."
    )
    head = f"Suppressed addresses, the newest first.{more}"
    lines = [blocks.section(_line(each)) for each in shown]
    how = blocks.context("`/plixo suppression ADDRESS` shows what speaks for one.")
    return Message(text=head, blocks=blocks.listing([blocks.section(f"*{head}*"), how], lines))


def _line(each: Evidence) -> str:
    whom = each.address if each.address.startswith("@") else addresses.masked(each.address)
    until = f" until {text.moment(each.until)}" if each.until and each.state == "active" else ""
    why = f": {text.said(each.note, limit=200)}" if each.note else _by_rule(each.rule)
    about = f", {text.foreign(each.invoice_number)}" if each.invoice_number else ""
    ended = ""
    if each.lifted_at is not None:
        by, because = text.foreign(each.lifted_by or "", limit=40), text.said(each.lift_reason or "", limit=160)
        ended = f"\nlifted by {by}, {text.moment(each.lifted_at)}: {because}"
    mark = "*" if each.state == "active" else ""
    return (
        f"{text.foreign(whom)}  {mark}{each.reason}{mark}{until}{why}\n"
        f"_{text.foreign(each.made_by, limit=40)}, {text.moment(each.since)}{about}_{ended}"
    )


def _heard(each: EvidenceLine) -> str:
    status = f" {text.foreign(each.status, limit=12)}" if each.status else ""
    about = f" about {text.foreign(each.invoice_number)}" if each.invoice_number else ""
    proof = "proven by our token" if each.proof == "proven" else f"not proven ({each.proof})"
    taken_back = ", taken back by a newer reading" if each.withdrawn_at else ""
    said = f"\n> {text.said(_ADDRESS.sub(_hidden, each.diagnostic), limit=200)}" if each.diagnostic else ""
    reason = f", {each.reason}" if each.reason else ""
    kind = _KINDS.get(each.kind, each.kind)
    sender = f"; its sender: {text.said(each.authentication, limit=120)}" if each.authentication else ""
    told = f"{kind}{reason}{status}{about}: {proof}{_by_rule(each.rule)}{sender}{taken_back}"
    return f"{text.moment(each.heard_at)}  {told}{said}"


_KINDS = {"alive": "its owner wrote", "opted out": "no more reminders were asked for"}
"""What a mail said of an address, where the short word would puzzle a reader."""


def _by_rule(rule: str) -> str:
    """Return which rule understood a mail; a mail that a person wrote was understood by none."""
    return "" if rule == "human" else f" (rule {text.foreign(rule, limit=40)})"


def _hidden(found: re.Match[str]) -> str:
    return f"{found[0][0]}…@"
