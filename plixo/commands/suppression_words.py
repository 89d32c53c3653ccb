"""What `plixo suppression show` prints: whether an address may be mailed, since when and why, and what was heard."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.deliverability.evidence import BOUNCE_DAYS, EvidenceLine
from domain.deliverability.suppression_lists import Evidence
from plixo.commands import import_words

MOST_SAID = 200
"""Characters of a server's words."""


@dataclass(frozen=True, slots=True)
class Heard:
    """All that is known of an address or domain."""

    whom: str
    suppressions: tuple[Evidence, ...]
    evidence: tuple[EvidenceLine, ...]
    days: int
    """Bounce days."""
    zone: ZoneInfo


def lines(heard: Heard) -> Iterator[str]:
    """Return it as lines, in the merchant's time."""
    for line in _lines(heard):
        yield import_words.shown(line)


def _lines(heard: Heard) -> Iterator[str]:
    active = [each for each in heard.suppressions if each.state == "active"]
    yield f"{heard.whom} {'must not be mailed' if active else 'may be mailed'}."
    for each in heard.suppressions:
        yield from _suppression(each, heard.zone)
    if heard.evidence:
        yield "What mails said:"
    for told in heard.evidence:
        yield from _evidence(told, heard.zone)
    if heard.days:
        days = f"{heard.days} bounce {'day' if heard.days == 1 else 'days'}"
        yield f"{days} since mail to it last worked; {BOUNCE_DAYS} suppress it for a while."
    elif heard.evidence:
        yield "No bounce day counts against it."


def _suppression(each: Evidence, zone: ZoneInfo) -> Iterator[str]:
    until = f" until {_day(each.until, zone)}" if each.until else ""
    about = f", about {each.invoice_number}" if each.invoice_number else ""
    whole = f" ({each.address}, the whole domain)" if each.address.startswith("@") else ""
    yield f"  {each.reason}{whole} since {_moment(each.since, zone)}{until}, by {each.made_by}{about}, rule {each.rule}"
    if each.note:
        yield f"      why: {each.note}"
    if each.diagnostic:
        yield f"      the server said: {each.diagnostic[:MOST_SAID]}"
    if each.mail_id is not None:
        yield f"      proof: plixo mail show {str(each.mail_id)[:8]}"
    if each.lifted_at is not None:
        yield f"      lifted {_moment(each.lifted_at, zone)} by {each.lifted_by}: {each.lift_reason}"


def _evidence(each: EvidenceLine, zone: ZoneInfo) -> Iterator[str]:
    reason = f" ({each.reason}{f' {each.status}' if each.status else ''})" if each.reason else ""
    about = f" about {each.invoice_number}" if each.invoice_number else ""
    proof = "proven" if each.proof == "proven" else f"not proven: {each.proof}"
    counts = ", a bounce day" if each.counts and each.withdrawn_at is None else ""
    back = f", taken back {_moment(each.withdrawn_at, zone)}" if each.withdrawn_at else ""
    head = f"{_moment(each.heard_at, zone)}  {each.kind}{reason}{about}, {proof}{counts}{back}"
    yield f"  {head}, rule {each.rule}, mail {str(each.mail_id)[:8]}"
    if each.diagnostic:
        yield f"      the server said: {each.diagnostic[:MOST_SAID]}"
    if each.authentication:
        yield f"      its sender: {each.authentication}"


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _day(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    whole = (local.hour, local.minute) == (23, 59)
    return f"{local:%Y-%m-%d}" if whole else f"{local:%Y-%m-%d %H:%M}"
