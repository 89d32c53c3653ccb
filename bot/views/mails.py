"""What people wrote to us, as the operators see it: the new text first, then what it seems to want."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from bot import blocks, ids, text
from bot.blocks import Block, Message
from bot.views import answers, guesses
from domain.casework import conversations
from domain.casework.conversations import MOST_GUESSES, MailCard
from domain.casework.mail_answer_events import WISHES
from domain.deliverability.acting import CHANGES_CONTACTS
from domain.deliverability.replies import Intent, IntentKind
from domain.kernel import speech
from domain.kernel.events import Event
from domain.kernel.speech import counted, say
from domain.operations import short_ids


@dataclass(frozen=True, slots=True)
class Room:
    """How many characters of a stranger's words are shown."""

    text: int
    words: int
    """Of a guess."""
    name: int


ROOMS = (Room(2_400, 200, 40), Room(1_000, 100, 30), Room(300, 40, 15))
"""Tried one after the other: characters that must be escaped take five times as much of what Slack bears."""


def waiting(mails: Sequence[MailCard]) -> Message:
    """Return the mails that wait for an answer, the oldest first."""
    if not mails:
        sentence = say("No mail waits for an answer.")
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = counted(
        "{n} mail waits for an answer, the oldest first.",
        "{n} mails wait for an answer, the oldest first.",
        len(mails),
    )
    lines = [blocks.section(_line(each), accessory=look(each.id)) for each in mails]
    return Message(text=head, blocks=blocks.listing([blocks.section(f"*{head}*")], lines))


def card(mail: MailCard) -> Message:
    """Return one mail with the buttons of its guesses."""
    head = say("Mail from {sender}", sender=text.foreign(mail.sender))
    return _fitting(lambda room: Message(text=head, blocks=_card(mail, head, room)))


def _fitting(made: Callable[[Room], Message]) -> Message:
    """Return the message with as much of a stranger's words as fits into one."""
    return next((each for each in map(made, ROOMS) if not blocks.problems(each)), made(ROOMS[-1]))


def _card(mail: MailCard, head: str, room: Room) -> tuple[Block, ...]:
    shown = [blocks.section(f"*{head}*\n{_head(mail)}")]
    if mail.text:
        body = mail.text if len(mail.text) <= room.text else f"{mail.text[: room.text]}…"
        shown.append(blocks.section(text.quoted(body, most=40, limit=300)))
    else:
        whole = say("Its text could not be read; the whole mail: plixo mail show {id}", id=str(mail.id))
        shown.append(blocks.context(whole))
    if mail.attachments:
        named = ", ".join(
            say("{name} ({size} bytes)", name=text.foreign(each.name, limit=room.name), size=each.size)
            for each in mail.attachments[:10]
        )
        shown.append(blocks.context(say("Attached: {files}", files=named)))
    shown += _sender(mail)
    shown += _about(mail, room)
    shown += [_wish(mail, place, guess, room) for place, guess in enumerate(mail.guesses[:MOST_GUESSES], 1)]
    if mail.rest.strip():
        shown.append(
            blocks.context(say("It quotes an earlier mail or ends with a signature, which are left out here."))
        )
    return (*shown, *_end(mail))


def noted(event: Event, mail: MailCard, *, note: str = "", replaces: bool = False) -> Message:
    """Return what was done about a wish of a mail; while the mail waits for its others, they stand below."""
    if mail.answered:
        return answers.done(event, look(mail.id), note=note, replaces=replaces)
    done = answers.done(event, note=note)
    head = say("Mail from {sender}", sender=text.foreign(mail.sender))

    def made(room: Room) -> Message:
        below = _card(mail, head, room)
        return Message(text=done.text, blocks=(*done.blocks, blocks.divider(), *below), replaces=replaces)

    return _fitting(made)


def answerable(mail: MailCard) -> bool:
    """Tell whether an answer can be written: it is about an invoice, by a contact, and has none yet."""
    return mail.known_writer and mail.invoice_number is not None and not mail.answer


def _end(mail: MailCard) -> tuple[Block, ...]:
    """Return what can be done with the mail, and what was."""
    by_mail = [_form(say("Answer…"), ids.Action.ANSWER_MAIL, mail, say("Write an answer, which leaves by mail"))]
    other, assign = say("Say what the mail means, where no guess is right"), say("Say which invoice the mail is about")
    open_ways = [
        _form(say("Something else…"), ids.Action.CORRECT_MAIL, mail, other),
        _form(say("Assign…"), ids.Action.ASSIGN_MAIL, mail, assign),
        _done(mail),
    ]
    ways = (by_mail if answerable(mail) else []) + ([] if mail.answered else open_ways)
    told: list[Block] = []
    if mail.answer:
        by = say("Answered by {who}", who=text.foreign(mail.answered_by, limit=40))
        told.append(blocks.section(f"*{by}*\n{text.quoted(mail.answer, most=20, limit=200)}"))
    elif mail.answered:
        told.append(blocks.context(say("It was dealt with.")))
    elif not mail.known_writer and mail.invoice_number is not None:
        told.append(
            blocks.context(say("Its sender is not a contact of this customer, so it cannot be answered from here."))
        )
    return (*told, *([blocks.actions(*ways)] if ways else ()))


def _form(words: str, action: ids.Action, mail: MailCard, label: str) -> Block:
    return blocks.button(words, action=action, value=ids.value(mail=mail.id), label=label)


def also(mail: MailCard, *, about: str | None) -> str:
    """Return for which other invoices a mail may be meant as well; empty where there are none.

    Args:
        mail: The mail.
        about: The number of the invoice that was acted on; None where it was none.
    """
    numbers = (mail.invoice_number, *(each.number for each in mail.beside)) if _several(mail) and about else ()
    others = ", ".join(text.plain(each, limit=ROOMS[0].name) for each in numbers if each and each != about)
    if not others:
        return ""
    return say(
        "The message that it answers also asks for {numbers}. If that is to be noted too, do it by its own command.",
        numbers=others,
    )


def look(mail_id: UUID) -> Block:
    """Return the button that shows a mail."""
    return blocks.button(
        say("Read it"),
        action=ids.Action.SHOW_MAIL,
        value=ids.value(mail=mail_id),
        label=say("Read what the payer wrote"),
    )


def _head(mail: MailCard) -> str:
    about = text.foreign(mail.invoice_number) if mail.invoice_number else say("no invoice known")
    parts = [
        *([text.foreign(mail.account_name)] if mail.account_name else ()),
        about,
        *([say("by its sender only")] if mail.thread == "sender" else ()),
    ]
    subject = f": {text.foreign(mail.subject, limit=120)}" if mail.subject else ""
    return f"{', '.join(parts)}{subject}\n_{text.foreign(mail.sender)}, {text.moment(mail.received_at)}_"


def _sender(mail: MailCard) -> list[Block]:
    """Return what is known of the sender, where something depends on who that is."""
    depends = mail.thread == "sender" or any(each.kind in CHANGES_CONTACTS for each in mail.guesses)
    if mail.answered or not depends:
        return []
    lines = [
        say("Its sender: {told}.", told=text.said(mail.authentication, limit=300))
        if mail.authentication
        else say("Its sender: was not looked at yet.")
    ]
    if mail.waits_until is not None:
        lines.append(
            say(
                "It is this customer's by its sender only, so reminders wait for it until {until} at most; if you know"
                " that it is genuine, assign it.",
                until=text.moment(mail.waits_until),
            )
        )
    return [blocks.context(" ".join(lines))]


def _wish(mail: MailCard, place: int, guess: Intent, room: Room) -> Block:
    """Return a guess, with the button that does it while it can be done."""
    found, words = _found(guess, mail, room), text.foreign(guess.words, limit=room.words)
    if place in mail.noted:
        return blocks.section(f"{say('Noted: *{wish}*{more}', wish=say(WISHES[guess.kind]), more=found)}\n> {words}")
    live = mail.invoice_number is not None and not mail.answered
    seems = say(
        "It seems to say: *{wish}*{more} ({percent}% sure)",
        wish=say(WISHES[guess.kind]),
        more=found,
        percent=f"{guess.confidence * 100:.0f}",
    )
    return blocks.section(f"{seems}\n> {words}", accessory=_confirm(mail, place, guess) if live else None)


def _confirm(mail: MailCard, place: int, guess: Intent) -> Block:
    wants = say(guesses.WANTS[guess.kind])
    return blocks.button(
        wants,
        action=ids.Action.CONFIRM_GUESS,
        value=ids.value(mail=mail.id, place=place, seen=mail.stamp),
        label=f"{wants} {guesses.plain(guess)}".strip(),
        primary=place == 1,
    )


def _done(mail: MailCard) -> Block:
    return blocks.button(
        say("Nothing more to do") if mail.noted or mail.answer else say("Dealt with"),
        action=ids.Action.MAIL_DONE,
        value=ids.value(mail=mail.id),
        label=say("Nothing else is to be done"),
    )


def wishes(kinds: Iterable[IntentKind]) -> str:
    """Return guesses in words, each once; empty where nothing was understood."""
    return ", ".join(dict.fromkeys(say(WISHES[each]) for each in kinds if each is not IntentKind.OTHER))


def _line(mail: MailCard) -> str:
    """Return a mail in the list: whose it is, what it still seems to want, and how it begins."""
    wants = wishes(each.kind for each in mail.left)
    files = len(mail.attachments)
    parts = [
        *([f"*{wants[:1].upper()}{wants[1:]}*"] if wants else ()),
        *([counted("{n} file", "{n} files", files)] if files else ()),
    ]
    seems = f"\n{' · '.join(parts)}" if parts else ""
    begins = f"\n> {text.foreign(mail.text, limit=140)}" if mail.text else ""
    return f"`{short_ids.short(mail.id)}`  {_head(mail)}{seems}{begins}"


def _several(mail: MailCard) -> bool:
    """Whether the message that a mail answers asks for other invoices too, and nobody said which one is meant."""
    return bool(mail.beside) and mail.invoice_number is not None and mail.thread != "person"


def _invoices(mail: MailCard, room: Room) -> str:
    return ", ".join(
        f"{text.foreign(each.number, limit=room.name)} ({speech.amount(each.open)})" for each in mail.beside
    )


def _about(mail: MailCard, room: Room) -> list[Block]:
    """Return how to say which invoice a mail is about, where that is not certain."""
    command = f"`/plixo mail assign {short_ids.short(mail.id)} INV`"
    if mail.answered:
        return []
    if mail.invoice_number is None:
        told = [say("Say which invoice it is about: {command}.", command=command)]
        if mail.beside:
            told.append(say("Open of this customer: {invoices}.", invoices=_invoices(mail, room)))
        if written := list(dict.fromkeys(number for guess in mail.guesses for number in guess.invoices)):
            names = ", ".join(text.foreign(each, limit=room.name) for each in written[:5])
            told.append(say("The mail names {numbers}.", numbers=names))
        return [blocks.context(" ".join(told))]
    if not _several(mail):
        return []
    return [
        blocks.context(
            say(
                "The message that it answers also asks for {invoices}. Is it about one of those? {command}",
                invoices=_invoices(mail, room),
                command=command,
            )
        )
    ]


def _found(guess: Intent, mail: MailCard, room: Room) -> str:
    """Return what a guess understood, and of which invoices, as it goes on behind what it is."""
    said, numbers = guesses.plain(guess), conversations.named(guess, mail) if _several(mail) else ()
    about = ", ".join(text.foreign(each, limit=room.name) for each in numbers)
    parts = [f": {text.said(said, limit=120)}"] if said else []
    return "".join([*parts, *([f", {say('about {invoices}', invoices=about)}"] if about else ())])
