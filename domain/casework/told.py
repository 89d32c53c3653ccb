"""Told: the figures of an invoice's row as the score, its stops and the next best action tell them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from domain.kernel import dates, sentences
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.speech import counted, say
from domain.ledger import credits  # noqa: A004 - named after what it is about, as every module
from domain.people import roles

_AS_THEY_ARE = ("promise_broken_on", "promised_on", "surprise", "silent_days", "credit_by", "snoozed_by")
_KEPT = ("paused_why", "hold_why", "snooze_reason", "todo_reason", "pending_why", "held")
"""Sentences as they are kept."""


def of(core: Core, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row's figures as people read them."""

    def at(moment: datetime | None) -> str:
        return dates.told(moment) if moment else ""

    def on(moment: datetime | None) -> date | str:
        return moment.astimezone(core.merchant.zone).date() if moment else ""

    return {
        **{name: row[name] for name in _AS_THEY_ARE},
        **{name: sentences.said(row[name]) if row[name] else row[name] for name in _KEPT},
        "sla_due_at": at(row["sla_due_at"]),
        "snoozed_until": at(row["snoozed_until"]),
        "hold_until": at(row["hold_until"]),
        "credit": Money(row["credit_minor"] or 0, row["currency"]),
        "credit_waits": _credit_waits(core, row),
        "promise_due": Money(row["promise_due_minor"], row["currency"]),
        "usual": _usual(row["usual_delay"]),
        "pending_until": at(row["pending_until"]),
        "next_on": on(row["next_action_at"]),
    }


def _credit_waits(core: Core, row: Mapping[str, Any]) -> str:
    """Return for whom the dispute's credit waits."""
    if row["credit_minor"] is None:
        return ""
    amount = Money(row["credit_minor"], row["currency"])
    rights = credits.APPROVERS[credits.above_cap(core, amount)]
    *others, last = dict.fromkeys(role.value for right in rights for role in roles.roles_with(right))
    able = say("{some} or {last}", some=", ".join(others), last=last) if others else last
    return say(
        "the credit of {amount} that {name} proposed waits for {able}", amount=amount, name=row["credit_by"], able=able
    )


def _usual(days: int | None) -> str:
    if not days:
        return say("on the due date")
    if days > 0:
        return counted("{n} day after the due date", "{n} days after the due date", days)
    return counted("{n} day before the due date", "{n} days before the due date", -days)
