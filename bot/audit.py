"""The audit log in Slack: one act, a person's or an invoice's, and a part of it as a file."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from bot import asks, terms
from bot.asks import Ask, Misunderstood, Press
from bot.blocks import Message
from bot.ids import Action
from bot.routes import Command, Group, Route, command
from bot.views import audit as views
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.ledger.refusals import InvoiceNotFound
from domain.operations import audit, audit_export
from domain.operations.audit_export import Span
from domain.people import people
from domain.people.refusals import NobodyCalled

EXAMPLE = "audit INV-1042 since monday"
EXPORT = "audit export @ben since 2026-03-01 until 2026-04-01"

_REQUEST = re.compile(r"[a-hj-np-z2-9]{10}")
"""A request id: ten of the letters and digits that nobody confuses."""

_ENTRY = re.compile(r"#?(\d{1,15})")


async def show(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo audit #4711``, ``@person``, ``INV-1042`` or a request id, perhaps ``since monday``."""
    about, since, until = _period(core, ask.words)
    if until is not None:
        raise Misunderstood(
            say(
                "The log is shown from the newest on; say `since` only. For example `/plixo {example}`.",
                example=EXAMPLE,
            )
        )
    if not about:
        assert ask.actor.id is not None, "the command's right is held by people only"
        return await _of_person(core, ask.actor, str(ask.slack_id), since)
    word = " ".join(about).strip("`'\".,;:")
    number = _ENTRY.fullmatch(word)
    if number is not None and word.startswith("#"):
        return views.act(await audit.act(core, number=int(number[1]), actor=ask.actor))
    if asks.is_mention(about[0]) or word.startswith("@"):
        return await _of_person(core, ask.actor, asks.person(word), since)
    try:
        return await _of_invoice(core, ask.actor, word, since)
    except InvoiceNotFound:
        if number is not None:
            return views.act(await audit.act(core, number=int(number[1]), actor=ask.actor))
        if _REQUEST.fullmatch(word.casefold()):
            log = await audit.of_request(core, request_id=word.casefold(), actor=ask.actor)
            return views.log(log, older={}, since=None)
        try:
            return await _of_person(core, ask.actor, word, since)
        except NobodyCalled:
            raise Misunderstood(
                say(
                    "The audit log knows no {word}. Name an act (`#4711`), a person (`@ben`), an invoice or a request; "
                    "for example `/plixo {example}`.",
                    word=repr(word[:40]),
                    example=EXAMPLE,
                )
            ) from None


async def export(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo audit export [@person] [since DAY] [until DAY]``: the file comes as a direct message."""
    about, since, until = _period(core, ask.words)
    person = await people.named(core, text=asks.person(" ".join(about))) if about else None
    span = Span(
        person_id=person.id if person else None,
        who=person.name if person else "",
        since=_begin(core, since) if since else None,
        until=_begin(core, until + timedelta(days=1)) if until else None,  # that day is in it
    )
    return views.sending(await audit_export.begin(core, span=span, actor=ask.actor, to_chat=True))


async def press_act(core: Core, press: Press) -> Message:
    """Answer a click on Look."""
    assert press.subject.entry is not None, "the route asks for it"
    return views.act(await audit.act(core, number=press.subject.entry, actor=press.actor))


async def press_older(core: Core, press: Press) -> Message:
    """Answer a click on Older."""
    subject = press.subject
    since = _begin(core, subject.on) if subject.on else None
    if subject.invoice is not None:
        log = await audit.of_invoice(
            core, invoice_id=subject.invoice, actor=press.actor, since=since, before=subject.entry
        )
        return views.log(log, older={"invoice_id": subject.invoice}, since=subject.on)
    if subject.person is None:
        raise Misunderstood(say("This button names nothing any more."))
    log = await audit.of_person(core, person_id=subject.person, actor=press.actor, since=since, before=subject.entry)
    return views.log(log, older={"person": subject.person}, since=subject.on)


async def _of_person(core: Core, actor: Actor, named: str, since: date | None) -> Message:
    person = await people.named(core, text=named)
    log = await audit.of_person(core, person_id=person.id, actor=actor, since=_begin(core, since) if since else None)
    return views.log(log, older={"person": person.id}, since=since)


async def _of_invoice(core: Core, actor: Actor, number: str, since: date | None) -> Message:
    invoice_id = await audit.invoice_id(core, number=number)
    log = await audit.of_invoice(core, invoice_id=invoice_id, actor=actor, since=_begin(core, since) if since else None)
    return views.log(log, older={"invoice_id": invoice_id}, since=since)


def _period(core: Core, said: tuple[str, ...]) -> tuple[tuple[str, ...], date | None, date | None]:
    """Return the words before ``since`` and ``until``, and the days behind these two.

    Raises:
        Misunderstood: Behind one of them stands no day.
    """
    marks = {place: word.casefold() for place, word in enumerate(said) if word.casefold() in {"since", "from", "until"}}
    days: dict[str, date] = {}
    today = core.clock.now().astimezone(core.merchant.zone).date()
    ends = [*marks, len(said)]
    for place, end in pairwise(ends):
        read = terms.past_day(said[place + 1 : end], today=today)
        days["until" if marks[place] == "until" else "since"] = read
    return said[: ends[0]], days.get("since"), days.get("until")


def _begin(core: Core, day: date) -> datetime:
    """Return when a day begins in the merchant's zone."""
    return datetime.combine(day, time(0), core.merchant.zone).astimezone(UTC)


COMMANDS: tuple[Command, ...] = (
    command(
        Group.PEOPLE,
        "audit",
        "[#ID|@person|INV] [since DAY]",
        Permission.VIEW,
        phrase("shows who did what and when, with before and after"),
        EXAMPLE,
        show,
    ),
    command(
        Group.PEOPLE,
        "audit export",
        "[@person] [since DAY] [until DAY]",
        Permission.MANAGE_PEOPLE,
        phrase("sends you a part of the audit log as a file"),
        EXPORT,
        export,
    ),
)

BUTTONS: Mapping[Action, Route] = {
    Action.SHOW_ACT: Route(Permission.VIEW, press_act, ("entry",)),
    Action.OLDER_ACTS: Route(Permission.VIEW, press_older, ("entry",)),
}
