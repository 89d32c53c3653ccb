"""A case as the operators see it: the living message of an invoice, and the choice when several fit a search."""

from collections.abc import Mapping, Sequence
from typing import Literal

from bot import blocks, ids, text
from bot.blocks import Block, Confirmation, Message
from bot.views import case_notes, letters, states
from domain.kernel.speech import again, amount, counted, phrase, say, say_as
from domain.operations.cases import Case, CaseCadence, CaseContact, CaseLine, CaseLink, CaseMail, LinkStanding
from domain.operations.searches import Match, Matches


def living(case: Case) -> Message:
    """Return the message that stands for the invoice in the channel."""
    last = case.lines[-1:]
    return Message(
        text=summary(case),
        blocks=(
            *_body(case),
            *case_notes.lines(case.notes),
            *(blocks.context(f"{_told(line)} ({_by(line.actor)}{text.moment(line.at)})") for line in last),
            _buttons(case),
        ),
    )


def in_full(case: Case, *, buttons: tuple[Block, ...] = ()) -> Message:
    """Return the case for one reader, with its latest history and its own buttons, or other ones."""
    history = [f"{text.moment(line.at)}  {_told(line, limit=200)} ({text.who(line.actor)})" for line in case.lines]
    return Message(
        text=summary(case),
        blocks=(
            *_body(case),
            *case_notes.lines(case.notes),
            blocks.section(_titled(say("*History*"), text.listed(history, empty=say("nothing yet")))),
            *(buttons or (_buttons(case),)),
        ),
    )


def summary(case: Case) -> str:
    """Return the case as one sentence."""
    about = {"number": text.foreign(case.invoice_number), "name": text.foreign(case.account_name)}
    if not case.is_open:
        return say("{number}, {name}: {state} ({total}).", **about, state=" ".join(_words(case)), total=case.total)
    overdue = text.overdue(case.days_past_due)
    return say("{number}, {name}: {balance} open, {overdue}.", **about, balance=case.balance, overdue=overdue)


def choices(matches: Matches, *, asked: str) -> Message:
    """Return the open invoices among which the reader chooses."""
    head = counted(
        "{n} open invoice fits {asked}. Which one?",
        "{n} open invoices fit {asked}. Which one?",
        matches.total,
        asked=text.foreign(asked),
    )
    more = matches.total - len(matches.lines)
    return Message(
        text=head,
        blocks=(
            blocks.section(head),
            *(_choice(match) for match in matches.lines),
            *([blocks.context(_more(more))] if more else ()),
        ),
    )


def _more(count: int) -> str:
    return say("… +{n} more; name the invoice, or more of the customer's name.", n=count)


def _choice(match: Match) -> Block:
    number = text.foreign(match.invoice_number)
    return blocks.section(
        f"*{number}*  {text.foreign(match.account_name)}\n{amount(match.balance)}, {text.overdue(match.days_past_due)}",
        accessory=blocks.button(
            say("Show"),
            action=ids.Action.SHOW,
            value=ids.value(invoice_id=match.invoice_id),
            label=say("Show {number}", number=text.plain(match.invoice_number, limit=50)),
        ),
    )


def _body(case: Case) -> tuple[Block, ...]:
    return (
        blocks.header(
            f"{text.plain(case.invoice_number, limit=60)} · {text.plain(case.account_name)}",
        ),
        blocks.section(_figures(case)),
        blocks.fields(
            _titled(say("*Contacts*"), _contacts(case)),
            _titled(say("*Payment link*"), _links(case)),
            _titled(say("*Reminders*"), _cadence(case.cadence)),
            _titled(say("*Last mails*"), text.listed([_mail(each) for each in case.mails])),
        ),
    )


def _figures(case: Case) -> str:
    words = states.capital(", ".join(_words(case)))
    if not case.is_open:
        return say("*{state}* · {total} · due {day}", state=words, total=case.total, day=case.due_on)
    overdue = text.overdue(case.days_past_due)
    if case.balance == case.total:
        said = say("*{balance} open* · due {day}, {overdue}", balance=case.balance, day=case.due_on, overdue=overdue)
        return f"{said}\n{words}"
    said = say(
        "*{balance} open* of {total} · due {day}, {overdue}",
        balance=case.balance,
        total=case.total,
        day=case.due_on,
        overdue=overdue,
    )
    return f"{said}\n{words}"


def _contacts(case: Case) -> str:
    shown = [_contact(each) for each in case.contacts]
    return text.listed(shown, total=len(shown) + case.contacts_more, empty=say("nobody on file"))


def _contact(contact: CaseContact) -> str:
    address = text.foreign(contact.address)
    if not contact.suppressed_for:
        return address
    return say("{address} (suppressed: {why})", address=address, why=text.said(say(contact.suppressed_for)))


def _links(case: Case) -> str:
    return text.listed([_link(each) for each in case.links]) if case.is_open else say_as("payment links", "closed")


def _link(link: CaseLink) -> str:
    return say(_LINKS[link.standing], address=text.foreign(link.address), until=text.moment(link.until))


_LINKS: Mapping[LinkStanding, str] = {
    LinkStanding.UNUSED: phrase("{address}: unused, works until {until}"),
    LinkStanding.USED: phrase("{address}: used, works until {until}"),
    LinkStanding.EXPIRED: phrase("{address}: expired, worked until {until}"),
}


def _cadence(cadence: CaseCadence | None) -> str:
    if cadence is None:
        return say("not started")
    done = say("{done} of {steps} steps done", done=cadence.done, steps=cadence.steps)
    if cadence.state != "running" or cadence.next_on is None:
        return f"{done}, {states.of_cadence(cadence.state)}"
    if cadence.next_letter is None:
        return f"{done}\n" + say("next on {day}: over to a person", day=cadence.next_on)
    letter = letters.named(cadence.next_letter)
    return f"{done}\n" + say("next on {day}: {letter}", day=cadence.next_on, letter=letter)


def _mail(mail: CaseMail) -> str:
    return say(
        "{letter} to {address}: {state}, {at}",
        letter=letters.named(mail.letter),
        address=text.foreign(mail.address),
        state=states.of_mail(mail.state),
        at=text.moment(mail.at),
    )


def _told(line: CaseLine, *, limit: int = text.SENTENCE) -> str:
    """Return a line of the history, which may have been read for somebody else."""
    return text.said(again(line.told), limit=limit)


def _words(case: Case) -> Sequence[str]:
    return [states.of_case(each) for each in case.words]


def _titled(title: str, shown: str) -> str:
    return f"{title}\n{shown}"


def _by(actor: str) -> str:
    return f"{text.who(actor)}, "


def why(case: Case) -> Block:
    """Return the button that explains the case."""
    return blocks.button(
        say("Why?"),
        action=ids.Action.WHY,
        value=ids.value(invoice_id=case.invoice_id),
        label=say("Why {number} stands where it does", number=_number(case)),
    )


def customer(case: Case) -> Block:
    """Return the button that shows the customer."""
    return blocks.button(
        say("Customer"),
        action=ids.Action.SHOW_ACCOUNT,
        value=ids.value(account=case.account_id),
        label=say("Show {name}", name=text.plain(case.account_name, limit=50)),
    )


def regenerate(case: Case, *, card: Literal[True] | None = None) -> Block:
    """Return the button that makes a new payment link; *card*: on a case that somebody has in hand."""
    number = text.plain(case.invoice_number, limit=60)
    return blocks.button(
        say("New link…"),
        action=ids.Action.REGENERATE_LINK,
        value=ids.value(invoice_id=case.invoice_id, card=card),
        label=say("Send a new link to {number}", number=_number(case)),
        confirm=Confirmation(
            title=say("New payment link?"),
            question=say(
                "Every earlier link of {number} stops working, and the customer is mailed the new one.", number=number
            ),
            yes=say("Send new link"),
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
            say("Promise…"),
            action=ids.Action.PROMISE,
            value=value,
            label=say("Note a promise about {number}", number=_number(case)),
        ),
        blocks.button(
            say("Snooze…"), action=ids.Action.SNOOZE, value=value, label=say("Put {number} off", number=_number(case))
        ),
        why(case),
        customer(case),
    )
