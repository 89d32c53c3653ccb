"""Told: what the reasons of guardrails fill in from the facts."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from domain.kernel import dates
from domain.kernel.money import Money
from domain.kernel.speech import say
from domain.outreach import judges
from domain.outreach.facts import MailFacts, Stop


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    """Say how a draft differs from what an approver was shown; empty when it does not."""
    found = []
    if before.get("to") != now["to"]:
        found.append(say("it goes to another address"))
    if before.get("letter") != now["letter"]:
        found.append(say("the letter was {was} and is {letter}", was=before.get("letter"), letter=now["letter"]))
    if before.get("words", "") != now["words"]:
        found.append(say("its words were changed"))
    was, is_now = before.get("items", {}), now["items"]
    for key, each in was.items():
        if key not in is_now:
            found.append(say("{number} is not in it any more", number=each["number"]))
        elif is_now[key] != each:
            told = {"number": each["number"], "was": _money(each), "amount": _money(is_now[key])}
            found.append(say("{number} asked for {was} and asks for {amount}", **told))
    joined = [each for key, each in is_now.items() if key not in was]
    found += [say("{number} ({amount}) joined it", number=each["number"], amount=_money(each)) for each in joined]
    return tuple(found)


def _money(told: Mapping[str, Any]) -> Money:
    return Money(int(told["ask"]), str(told["currency"]))


def stop(found: Stop | None) -> Mapping[str, object]:
    """Return what is told of a hold or a gate; without a known end ``until`` is None."""
    assert found is not None, "asked only of what stops a mail"
    until = dates.told(found.until) if found.until else None
    return {"kind": say(found.kind), "until": until, "why": found.reason}


def breaker(found: Stop | None) -> Mapping[str, object]:
    """Return what is told of a provider to which mail is paused."""
    assert found is not None, "asked only of what stops a mail"
    return {"provider": found.kind, "why": found.reason}


def coverage(facts: MailFacts) -> Mapping[str, object]:
    """Return what is told of a segment that can hardly be mailed."""
    health = facts.health
    assert health is not None, "asked only where it was judged"
    return {
        "mailable": health.mailable_count,
        "total": health.open_count,
        "share": f"{health.coverage:.0%}",
        "segment": facts.segment,
        "sum": facts.total,
    }


def reversals(facts: MailFacts) -> Mapping[str, object]:
    """Return what is told of a segment whose payments go back."""
    health = facts.health
    assert health is not None, "asked only where it was judged"
    return {
        "back": health.reversed_week,
        "paid": health.paid_week,
        "share": f"{health.reversals:.0%}",
        "segment": facts.segment,
        "sum": facts.total,
    }


def hours(facts: MailFacts) -> Mapping[str, object]:
    """Return what is told of the hours in which mail leaves, as clocks show them."""
    now = facts.now.astimezone(facts.zone)
    return {"now": f"{now:%H:%M}", "opens": f"{facts.opens:%H:%M}", "closes": f"{facts.closes:%H:%M}"}


def cap(facts: MailFacts, called: str) -> Mapping[str, object]:
    """Return what is told of a budget that is used up."""
    lane = judges.full_lane(facts, called)
    return {"cap": lane.cap if lane else 0}


def day(at: datetime | None) -> date | None:
    """Return the day of a moment, where it is known."""
    return at.date() if at else None
