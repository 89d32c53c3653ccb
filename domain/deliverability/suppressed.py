"""Suppressed: how it is said that an address must not be mailed any more, and what a person does about it."""

from datetime import datetime

from domain.kernel.speech import say


def by_words(address: str, reason: str, until: datetime | None, *, note: str) -> str:
    """Say it with the words of a person or a list."""
    if reason == "opted out":
        return say(
            "{address} wants no more reminders: {note}; a person follows up, the debt stays", address=address, note=note
        )
    if reason == "complaint":
        return say(
            "{address} complained about a reminder: {note} and is suppressed: look at the customer before anything"
            " else is sent, and choose a softer tone",
            address=address,
            note=note,
        )
    values = {"address": address, "note": note, "reason": say(reason)}
    if until:
        return say("{address} is suppressed until {day} ({reason}): {note}", day=until.date(), **values)
    return say("{address} is suppressed ({reason}): {note}", **values)


def by_rule(address: str, reason: str, until: datetime | None, *, rule: str) -> str:
    """Say it with the rule that read the mail."""
    if reason == "opted out":
        return say(
            "{address} wants no more reminders (rule {rule}); a person follows up, the debt stays",
            address=address,
            rule=rule,
        )
    if reason == "complaint":
        return say(
            "{address} complained about a reminder (rule {rule}) and is suppressed: look at the customer before"
            " anything else is sent, and choose a softer tone",
            address=address,
            rule=rule,
        )
    values = {"address": address, "rule": rule, "reason": say(reason)}
    if until:
        return say(
            "{address} is suppressed until {day} ({reason}, rule {rule}): find another contact",
            day=until.date(),
            **values,
        )
    return say("{address} is suppressed ({reason}, rule {rule}): find another contact", **values)
