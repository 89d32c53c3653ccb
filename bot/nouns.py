"""Nouns: the table of contents of the bot. Each lists its own commands, buttons, forms, choices and events."""

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

from bot import (
    absences,
    access,
    accounts,
    address_codes,
    audit,
    books,
    cash,
    channels,
    charts,
    contacts,
    credit_notes,
    credits,  # noqa: A004 - named after what it is about, as every module
    cron,
    deliverability,
    digest,
    disputes,
    drafts,
    exports,
    falls,
    forwardings,
    hand_overs,
    holds,
    home,
    imports,
    incidents,
    invoices,
    links,
    mails,
    maintenance,
    money,
    noise,
    nudges,
    objections,
    parity,
    payments,
    persons,
    phone_calls,
    plans,
    policies,
    portal,
    preview,
    privacy,
    promises,
    questions,
    queue,
    radar,
    readiness,
    remittances,
    report,
    reveals,
    roles,
    settings,
    snoozes,
    support,
    suppressions,
    tasks,
    twins,
    why,
    write_offs,
)
from bot.routes import Choice, Command, Form, Group, Listener, Route

NOUNS: Sequence[ModuleType] = (
    queue,
    snoozes,
    phone_calls,
    hand_overs,
    mails,
    portal,
    support,
    questions,
    tasks,
    radar,
    invoices,
    accounts,
    why,
    links,
    forwardings,
    nudges,
    contacts,
    absences,
    twins,
    drafts,
    preview,
    promises,
    plans,
    disputes,
    objections,
    credits,
    cash,
    remittances,
    imports,
    books,
    charts,
    exports,
    report,
    parity,
    payments,
    money,
    credit_notes,
    falls,
    write_offs,
    holds,
    suppressions,
    deliverability,
    policies,
    readiness,
    incidents,
    cron,
    maintenance,
    roles,
    persons,
    access,
    privacy,
    audit,
    settings,
    address_codes,
    digest,
    noise,
    reveals,
    channels,
    home,
)
"""In the order in which help lists their commands within a group."""


def _merged(name: str) -> dict[str, Any]:
    """Return the tables of that name of all nouns as one.

    Raises:
        ValueError: Two nouns claim the same id.
    """
    whole: dict[str, Any] = {}
    for noun in NOUNS:
        theirs: Mapping[str, Any] = getattr(noun, name, {})
        if twice := whole.keys() & theirs.keys():
            raise ValueError(f"{noun.__name__} claims {', '.join(sorted(twice))} in {name}, as another noun does")
        whole |= theirs
    return whole


COMMANDS: Sequence[Command] = sorted(
    (each for noun in NOUNS for each in getattr(noun, "COMMANDS", ())), key=lambda each: list(Group).index(each.group)
)
"""Every command but ``help``. The longest words that fit win; an invoice number alone means ``invoice``."""

BUTTONS: Mapping[str, Route] = _merged("BUTTONS")
"""Every button of every view; a test finds the one that is missing. What depends on more, the domain decides."""

FORMS: Mapping[str, Form] = _merged("FORMS")
"""Every form, by its ``callback_id``."""

SEARCHES: Mapping[str, Choice] = _merged("SEARCHES")
"""Every field whose choices are looked up, by its ``action_id``."""

LISTENERS: Mapping[str, Listener] = _merged("LISTENERS")
"""What is done with Slack's events, by their type."""
