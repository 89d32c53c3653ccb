"""News: what happened, as a line in a case's thread or as a message of its own."""

from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from types import MappingProxyType

from bot import blocks, ids, text
from bot.blocks import Block, Message
from bot.views import access, cash, mails, payments, privacy, states, support
from domain.cash_application.events import LinesProposed
from domain.deliverability.events import MailArrived
from domain.deliverability.replies import IntentKind
from domain.kernel.events import Event
from domain.kernel.speech import phrase, say
from domain.operations.erasing.events import ErasureProposed
from domain.operations.standings import OPEN, Standing
from domain.operations.support_events import SupportAsked
from domain.pay_links.provider_news import ProviderNotReady, StrayMoneyFound
from domain.people.access_events import AccessAsked
from domain.policies.events import PolicyProposed

NONE_DECIDED: Mapping[str, Standing] = MappingProxyType({})

MOST_CHARACTERS = 11_000
"""Of the lines of one message; what does not fit stands in the invoice's history."""


def in_thread(
    events: Sequence[Event],
    *,
    invoice_number: str,
    in_channel: bool = False,
    mention: str = "",
    standings: Mapping[str, Standing] = NONE_DECIDED,
    less: Block | None = None,
) -> Message:
    """Return the lines for the thread of a case, one for each event; in the channel the first one says of which.

    *mention* is the Slack account of somebody who is to hear of it, *standings* says what was decided by now, *less*
    is the button with which the channel hears less of it.
    """
    number = text.foreign(invoice_number)
    lines = [_line(event) for event in events]
    if in_channel:
        lines[0] = f"*{number}*: {lines[0]}"
    if mention:
        lines[0] = f"<@{text.foreign(mention, limit=30)}> {lines[0]}"
    lengths = accumulate(len(line) for line in lines)
    shown = [line for line, length in zip(lines, lengths, strict=True) if length <= MOST_CHARACTERS]
    left = len(lines) - len(shown)
    first = _told(events[0], limit=300)
    more = " " + say("… +{count} more", count=len(events) - 1) if len(events) > 1 else ""
    return Message(
        text=f"{number}: {first}{more}",
        blocks=(
            *(_with_button(line, each, standings) for line, each in zip(shown, events, strict=False)),
            *(
                [blocks.context(say("… +{n} more, see `/plixo invoice {number}`", n=left, number=number))]
                if left
                else ()
            ),
            *([blocks.actions(less)] if less else ()),
        ),
    )


def _with_button(line: str, event: Event, standings: Mapping[str, Standing]) -> Block:
    """Return a line with the button of its event, or with who has decided in the button's place."""
    decided = outcome(event, standings)
    if decided:
        return blocks.section(f"{line}\n{decided}")
    return blocks.section(line, accessory=_read_mail(event) or _read_call(event))


def alone(event: Event, *, standings: Mapping[str, Standing] = NONE_DECIDED, less: Block | None = None) -> Message:
    """Return the message about something that belongs to no invoice.

    What its button decides may be decided by now, as *standings* says; *less* is the button with which the channel
    hears less of it.
    """
    decided = outcome(event, standings)
    button = None if decided else _button(event)
    buttons = [each for each in (button, _second_button(event) if button else None, less) if each]
    return Message(
        text=_told(event, limit=text.SENTENCE),
        blocks=(
            blocks.section(_line(event)),
            *([blocks.context(decided)] if decided else ()),
            *([blocks.actions(*buttons)] if buttons else ()),
        ),
    )


def subject(event: Event) -> str | None:
    """Return what the button of an event decides, as ``standings`` names it; None where it has none."""
    named = _SUBJECTS.get(type(event))
    return named(event) if named and _button(event) else None


def outcome(event: Event, standings: Mapping[str, Standing]) -> str:
    """Return who decided what the event's button is for, and when; empty while nobody has."""
    standing = standings.get(subject(event) or "", OPEN)
    if not standing.decided:
        return ""
    what = states.capital(say(standing.what))
    if standing.who:
        what = say("{what} by {name}", what=what, name=text.foreign(standing.who, limit=40))
    return f"{what}, {text.moment(standing.at)}" if standing.at else what


def _button(event: Event) -> Block | None:
    made = _BUTTONS.get(type(event))
    return made(event) if made else None


def _second_button(event: Event) -> Block | None:
    """Return the other way to decide it, where there is one."""
    match event:
        case AccessAsked():
            return access.deny_button(event.access_id, name=event.person_name)
        case ErasureProposed():
            return privacy.decline_button(event.erasure_id, number=event.number)
        case _:
            return None


def _approve_access(event: Event) -> Block:
    assert isinstance(event, AccessAsked), "the button is made for that event"
    return access.approve_button(event.access_id, name=event.person_name, role=event.role)


def _approve_erasure(event: Event) -> Block:
    assert isinstance(event, ErasureProposed), "the button is made for that event"
    return privacy.approve_button(event.erasure_id, number=event.number)


def _look_at_policy(event: Event) -> Block:
    assert isinstance(event, PolicyProposed), "the button is made for that event"
    return blocks.button(
        say("Look at it"),
        action=ids.Action.SHOW_POLICY,
        value=ids.value(policy=event.version),
        label=say("Look at policy version {version}", version=str(event.version)),
        primary=True,
    )


def _read_mail(event: Event) -> Block | None:
    """Return the button that shows what a person wrote; other mail has nothing that is to be answered."""
    return mails.look(event.mail_id) if isinstance(event, MailArrived) and event.what == "human" else None


def _read_call(event: Event) -> Block | None:
    return support.look(event.support_id) if isinstance(event, SupportAsked) else None


_BUTTONS: Mapping[type[Event], Callable[[Event], Block | None]] = {
    PolicyProposed: _look_at_policy,
    LinesProposed: lambda _: cash.list_waiting(),
    StrayMoneyFound: lambda _: payments.list_strays(),
    ProviderNotReady: lambda _: payments.show_health(),
    MailArrived: _read_mail,
    SupportAsked: _read_call,
    AccessAsked: _approve_access,
    ErasureProposed: _approve_erasure,
}
"""What can be done at once about an event, if anything."""

_SUBJECTS: Mapping[type[Event], Callable[[Event], str]] = {
    PolicyProposed: lambda event: f"policy:{event.version}" if isinstance(event, PolicyProposed) else "",
    LinesProposed: lambda _: "lines:all",
    StrayMoneyFound: lambda _: "strays:all",
    ProviderNotReady: lambda _: "provider:all",
    MailArrived: lambda event: f"mail:{event.mail_id}" if isinstance(event, MailArrived) else "",
    AccessAsked: lambda event: f"access:{event.access_id}" if isinstance(event, AccessAsked) else "",
    ErasureProposed: lambda event: f"erasure:{event.erasure_id}" if isinstance(event, ErasureProposed) else "",
    SupportAsked: lambda event: f"support:{event.support_id}" if isinstance(event, SupportAsked) else "",
}
"""What each of these buttons is for; once that is decided, the button gives way to who decided."""


def _told(event: Event, *, limit: int = 500) -> str:
    """Return an event as a sentence; a person's mail in words that need no knowledge of rules."""
    if not isinstance(event, MailArrived) or event.what != "human":
        return text.said(event.told(), limit=limit)
    wants = mails.wishes(IntentKind(each) for each in event.guesses if each in _GUESSES)
    told = {"sender": text.said(event.sender), "wishes": wants, "n": event.attachments}
    return f"{say(_WROTE[bool(event.attachments), bool(wants)], **told)}{_waits(event)}"


_WROTE: Mapping[tuple[bool, bool], str] = {
    (False, False): phrase("{sender} wrote."),
    (False, True): phrase("{sender} wrote: {wishes}."),
    (True, False): phrase("{sender} wrote ({n} attached)."),
    (True, True): phrase("{sender} wrote ({n} attached): {wishes}."),
}
"""Whether files came with it, and whether it is known what it wants."""


def _waits(event: MailArrived) -> str:
    """Return what the mail does to reminders."""
    if not event.account_id:
        return ""
    if event.waits_until is None:
        return " " + say("Reminders to this customer wait until somebody has dealt with it.")
    if event.waits_until <= event.at:
        return " " + say("It is this customer's by its sender only, so reminders do not wait for it.")
    return " " + say(
        "Reminders to this customer wait until {until}, or until somebody has dealt with it: it is theirs by its sender"
        " only.",
        until=text.moment(event.waits_until),
    )


_GUESSES = frozenset(IntentKind)


def _line(event: Event) -> str:
    return f"{_told(event)}\n_{text.who(event.actor)}, {text.moment(event.at)}_"
