"""Told: the facts as the reasons of guardrails say them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from domain.kernel.money import Money
from domain.outreach import judges
from domain.outreach.facts import ItemFacts, MailFacts, Stop


class Told:
    """A fact sheet whose fields, and some sentences made of them, can be named in a reason."""

    def __init__(self, facts: ItemFacts | MailFacts) -> None:
        self._facts = facts

    def __getattr__(self, name: str) -> Any:
        sentence = SENTENCES.get(name)
        return sentence(self._facts) if sentence else getattr(self._facts, name)


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    """Say how a draft differs from what an approver was shown; empty when it does not."""
    found = []
    if before.get("to") != now["to"]:
        found.append("it goes to another address")
    if before.get("letter") != now["letter"]:
        found.append(f"the letter was {before.get('letter')} and is {now['letter']}")
    if before.get("words", "") != now["words"]:
        found.append("its words were changed")
    was, is_now = before.get("items", {}), now["items"]
    for key, each in was.items():
        if key not in is_now:
            found.append(f"{each['number']} is not in it any more")
        elif is_now[key] != each:
            found.append(f"{each['number']} asked for {_money(each)} and asks for {_money(is_now[key])}")
    found += [f"{each['number']} ({_money(each)}) joined it" for key, each in is_now.items() if key not in was]
    return tuple(found)


def _money(told: Mapping[str, Any]) -> Money:
    return Money(int(told["ask"]), str(told["currency"]))


def moment(at: datetime | None) -> str:
    """Return `` until 2026-03-10 14:00 UTC``, or nothing where no end is known."""
    return f" until {at:%Y-%m-%d %H:%M} UTC" if at else ""


def _end(stop: Stop | None) -> str:
    return moment(stop.until) if stop else ""


def _cap(facts: Any, called: str) -> int:
    lane = judges.full_lane(facts, called)
    return lane.cap if lane else 0


SENTENCES: Mapping[str, Any] = {
    "settled_when": lambda f: f" on {f.settled_on}" if f.settled_on else "",
    "invoice_state_told": lambda f: f.invoice_state.replace("_", " "),
    "hold_end": lambda f: _end(f.hold),
    "approvals": lambda f: ", ".join(judges.approvals(f)),
    "changes": lambda f: "; ".join(changes(f.drafted_as or {}, f.snapshot)),
    "gate": judges.gate,
    "gate_end": lambda f: _end(judges.gate(f)),
    "local_time": lambda f: f"{f.now.astimezone(f.zone):%H:%M}",
    "segment_cap": lambda f: _cap(f, "segment cap"),
    "domain_cap": lambda f: _cap(f, "domain cap"),
    "warm_up_cap": lambda f: _cap(f, "warm-up"),
}
"""What a reason may name besides the fields of the facts."""
