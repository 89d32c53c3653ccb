"""A case as the operators see it: the living message of an invoice, and the choice when several fit a search."""

from typing import Literal

from bot import blocks, ids, text
from bot.blocks import Block, Confirmation, Message
from bot.views import case_notes
from domain.operations.cases import Case, CaseCadence, CaseContact, CaseLink, CaseMail
from domain.operations.searches import Match, Matches


def living(case: Case) -> Message:
    """Return the message that stands for the invoice in the channel."""
    last = case.lines[-1:]
    return Message(
        text=summary(case),
        blocks=(
            *_body(case),
            *case_notes.lines(case.notes),
            *(blocks.context(f"{text.said(line.told)} ({_by(line.actor)}{text.moment(line.at)})") for line in last),
            _buttons(case),
        ),
    )


def in_full(case: Case, *, buttons: tuple[Block, ...] = ()) -> Message:
    """Return the case for one reader, with its latest history and its own buttons, or other ones."""
    history = [
        f"{text.moment(line.at)}  {text.said(line.told, limit=200)} ({text.foreign(line.actor, limit=40)})"
        for line in case.lines
    ]
    return Message(
        text=summary(case),
        blocks=(
            *_body(case),
            *case_notes.lines(case.notes),
            blocks.section(f"*History*\n{text.listed(history, empty='nothing yet')}"),
            *(buttons or (_buttons(case),)),
        ),
    )


def summary(case: Case) -> str:
    """Return the case as one sentence."""
    name = text.foreign(case.account_name)
    if not case.is_open:
        return f"{text.foreign(case.invoice_number)}, {name}: {' '.join(case.words)} ({case.total})."
    return f"{text.foreign(case.invoice_number)}, {name}: {case.balance} open, {text.overdue(case.days_past_due)}."


def choices(matches: Matches, *, asked: str) -> Message:
    """Return the open invoices among which the reader chooses."""
    head = f"{matches.total} open invoices fit {text.foreign(asked)}. Which one?"
    more = matches.total - len(matches.lines)
    return Message(
        text=head,
        blocks=(
            blocks.section(head),
            *(_choice(match) for match in matches.lines),
            *([blocks.context(f"… +{more} more; name the invoice, or more of the customer's name.")] if more else ()),
        ),
    )


def _choice(match: Match) -> Block:
    number = text.foreign(match.invoice_number)
    return blocks.section(
        f"*{number}*  {text.foreign(match.account_name)}\n{match.balance}, {text.overdue(match.days_past_due)}",
        accessory=blocks.button(
            "Show",
            action=ids.Action.SHOW,
            value=ids.value(invoice_id=match.invoice_id),
            label=f"Show {text.plain(match.invoice_number, limit=50)}",
        ),
    )


def _body(case: Case) -> tuple[Block, ...]:
    return (
        blocks.header(
            f"{text.plain(case.invoice_number, limit=60)} · {text.plain(case.account_name)}",
        ),
        blocks.section(_figures(case)),
        blocks.fields(
            f"*Contacts*\n{_contacts(case)}",
            f"*Payment link*\n{_links(case)}",
            f"*Reminders*\n{_cadence(case.cadence)}",
            f"*Last mails*\n{text.listed([_mail(each) for each in case.mails])}",
        ),
    )


def _figures(case: Case) -> str:
    words = ", ".join(case.words)
    due = f"due {text.day(case.due_on)}"
    if not case.is_open:
        return f"*{words.capitalize()}* · {case.total} · {due}"
    of_total = "" if case.balance == case.total else f" of {case.total}"
    return f"*{case.balance} open*{of_total} · {due}, {text.overdue(case.days_past_due)}\n{words.capitalize()}"


def _contacts(case: Case) -> str:
    shown = [_contact(each) for each in case.contacts]
    return text.listed(shown, total=len(shown) + case.contacts_more, empty="nobody on file")


def _contact(contact: CaseContact) -> str:
    held = f" (suppressed: {contact.suppressed_for})" if contact.suppressed_for else ""
    return f"{text.foreign(contact.address)}{held}"


def _links(case: Case) -> str:
    return text.listed([_link(each) for each in case.links]) if case.is_open else "closed"


def _link(link: CaseLink) -> str:
    stands = "worked until" if link.standing == "expired" else "works until"
    return f"{text.foreign(link.address)}: {link.standing}, {stands} {text.moment(link.until)}"


def _cadence(cadence: CaseCadence | None) -> str:
    if cadence is None:
        return "not started"
    done = f"{cadence.done} of {cadence.steps} steps done"
    if cadence.state != "running" or cadence.next_on is None:
        return f"{done}, {cadence.state}"
    following = cadence.next_letter.replace("-", " ") if cadence.next_letter else "over to a person"
    return f"{done}\nnext on {text.day(cadence.next_on)}: {following}"


def _mail(mail: CaseMail) -> str:
    return f"{mail.letter.replace('-', ' ')} to {text.foreign(mail.address)}: {mail.state}, {text.moment(mail.at)}"


def _by(actor: str) -> str:
    return f"{text.foreign(actor, limit=40)}, "


def why(case: Case) -> Block:
    """Return the button that explains the case."""
    return blocks.button(
        "Why?",
        action=ids.Action.WHY,
        value=ids.value(invoice_id=case.invoice_id),
        label=f"Why {_number(case)} stands where it does",
    )


def customer(case: Case) -> Block:
    """Return the button that shows the customer."""
    return blocks.button(
        "Customer",
        action=ids.Action.SHOW_ACCOUNT,
        value=ids.value(account=case.account_id),
        label=f"Show {text.plain(case.account_name, limit=50)}",
    )


def regenerate(case: Case, *, card: Literal[True] | None = None) -> Block:
    """Return the button that makes a new payment link; *card*: on a case that somebody has in hand."""
    number = text.plain(case.invoice_number, limit=60)
    return blocks.button(
        "New link…",
        action=ids.Action.REGENERATE_LINK,
        value=ids.value(invoice_id=case.invoice_id, card=card),
        label=f"Send a new link to {_number(case)}",
        confirm=Confirmation(
            title="New payment link?",
            question=f"Every earlier link of {number} stops working, and the customer is mailed the new one.",
            yes="Send new link",
        ),
    )


def _number(case: Case) -> str:
    return text.plain(case.invoice_number, limit=40)


def _buttons(case: Case) -> Block:
    """Return what can be done: what waits for a person comes first."""
    if not case.is_open:
        return blocks.actions(why(case), customer(case))
    value = ids.value(invoice_id=case.invoice_id)
    return blocks.actions(
        *case_notes.decisions(case),
        regenerate(case),
        blocks.button(
            "Promise…", action=ids.Action.PROMISE, value=value, label=f"Note a promise about {_number(case)}"
        ),
        blocks.button("Snooze…", action=ids.Action.SNOOZE, value=value, label=f"Put {_number(case)} off"),
        why(case),
        customer(case),
    )
