"""What people wrote to us, as the operators see it: the new text first, then what it seems to want."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from bot import blocks, ids, text
from bot.blocks import Block, Message
from domain.casework import conversations
from domain.casework.conversations import MailCard
from domain.deliverability.acting import CHANGES_CONTACTS
from domain.deliverability.replies import Intent, IntentKind, Share
from domain.operations import short_ids

MOST_TEXT = 2_400
MOST_GUESSES = 4

WANTS: Mapping[IntentKind, str] = {
    IntentKind.PROMISE: "Note the promise",
    IntentKind.PAID: "Look for the payment",
    IntentKind.DISPUTE: "Open a dispute",
    IntentKind.WRONG_CONTACT: "Take the other contact",
    IntentKind.STOP: "Stop reminders to them",
    IntentKind.CALL: "Plan a call",
    IntentKind.COPY: "Plan to send a copy",
    IntentKind.INSTALMENTS: "Plan instalments",
    IntentKind.QUESTION: "Question answered",
    IntentKind.OTHER: "Nothing to do",
}
"""What the button says that confirms a guess."""


CORRECTIONS = (
    IntentKind.PROMISE,
    IntentKind.PAID,
    IntentKind.DISPUTE,
    IntentKind.INSTALMENTS,
    IntentKind.WRONG_CONTACT,
    IntentKind.STOP,
    IntentKind.CALL,
    IntentKind.COPY,
    IntentKind.OTHER,
)
"""What somebody may say that a mail means, the most frequent first."""

SAYS: Mapping[IntentKind, str] = {
    IntentKind.PROMISE: "a promise",
    IntentKind.PAID: "it was paid already",
    IntentKind.DISPUTE: "an objection",
    IntentKind.WRONG_CONTACT: "somebody else is to be written to",
    IntentKind.STOP: "no more reminders are wished for",
    IntentKind.CALL: "a call is wished for",
    IntentKind.COPY: "a copy is wished for",
    IntentKind.INSTALMENTS: "instalments are wished for",
    IntentKind.QUESTION: "a question",
    IntentKind.OTHER: "nothing that Plixo knows",
}
"""What a guess is, in words."""


def waiting(mails: Sequence[MailCard]) -> Message:
    """Return the mails that wait for an answer, the oldest first."""
    if not mails:
        sentence = "No mail waits for an answer."
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = f"{len(mails)} {'mail waits' if len(mails) == 1 else 'mails wait'} for an answer, the oldest first."
    lines = [blocks.section(_line(each), accessory=look(each.id)) for each in mails]
    return Message(text=head, blocks=blocks.listing([blocks.section(f"*{head}*")], lines))


def card(mail: MailCard) -> Message:
    """Return one mail with the buttons of its guesses."""
    head = f"Mail from {text.foreign(mail.sender)}"
    shown = [blocks.section(f"*{head}*\n{_head(mail)}")]
    if mail.text:
        body = mail.text if len(mail.text) <= MOST_TEXT else f"{mail.text[:MOST_TEXT]}…"
        shown.append(blocks.section(text.quoted(body, most=40, limit=300)))
    else:
        shown.append(blocks.context(f"Its text could not be read; the whole mail: plixo mail show {mail.id}"))
    if mail.attachments:
        named = ", ".join(
            f"{text.foreign(each.name, limit=60)} ({each.size:,} bytes)" for each in mail.attachments[:10]
        )
        shown.append(blocks.context(f"Attached: {named}"))
    shown += _sender(mail)
    shown += _about(mail)
    for place, guess in enumerate(mail.guesses[:MOST_GUESSES], 1):
        live = mail.invoice_number is not None and not mail.answered
        shown.append(blocks.section(_guess(guess, mail), accessory=_confirm(mail, place, guess) if live else None))
    if mail.rest.strip():
        shown.append(blocks.context("It quotes an earlier mail or ends with a signature, which are left out here."))
    return Message(text=head, blocks=(*shown, *_end(mail)))


def answerable(mail: MailCard) -> bool:
    """Tell whether an answer can be written: it is about an invoice, by a contact, and has none yet."""
    return mail.known_writer and mail.invoice_number is not None and not mail.answer


def _end(mail: MailCard) -> tuple[Block, ...]:
    """Return what can be done with the mail, and what was."""
    by_mail = [_form("Answer…", ids.Action.ANSWER_MAIL, mail, "Write an answer, which leaves by mail")]
    open_ways = [
        _form("Something else…", ids.Action.CORRECT_MAIL, mail, "Say what the mail means, where no guess is right"),
        _form("Assign…", ids.Action.ASSIGN_MAIL, mail, "Say which invoice the mail is about"),
        _done(mail.id),
    ]
    ways = (by_mail if answerable(mail) else []) + ([] if mail.answered else open_ways)
    told: list[Block] = []
    if mail.answer:
        quoted = text.quoted(mail.answer, most=20, limit=200)
        told.append(blocks.section(f"*Answered by {text.foreign(mail.answered_by, limit=40)}*\n{quoted}"))
    elif mail.answered:
        told.append(blocks.context("It was dealt with."))
    elif not mail.known_writer and mail.invoice_number is not None:
        told.append(blocks.context("Its sender is not a contact of this customer, so it cannot be answered from here."))
    return (*told, *([blocks.actions(*ways)] if ways else ()))


def _form(words: str, action: ids.Action, mail: MailCard, label: str) -> Block:
    return blocks.button(words, action=action, value=ids.value(mail=mail.id), label=label)


def also(mail: MailCard, *, done: int, about: str | None) -> str:
    """Return what a mail may want beside the guess that was confirmed; empty where that was all.

    Args:
        mail: The mail.
        done: Which of its guesses was confirmed, from 1.
        about: The number of the invoice that this was about; None where it was about none.
    """
    rest = wishes(each.kind for place, each in enumerate(mail.guesses[:MOST_GUESSES], 1) if place != done)
    told = f"The mail also seems to say: {rest}. " if rest else ""
    numbers = (mail.invoice_number, *(each.number for each in mail.beside)) if _several(mail) and about else ()
    others = ", ".join(each for each in numbers if each and each != about)
    asked = f"The message that it answers also asks for {others}. " if others else ""
    return f"{told}{asked}If that is to be noted too, do it by its own command." if told or asked else ""


def look(mail_id: UUID) -> Block:
    """Return the button that shows a mail."""
    return blocks.button(
        "Read it", action=ids.Action.SHOW_MAIL, value=ids.value(mail=mail_id), label="Read what the payer wrote"
    )


def _head(mail: MailCard) -> str:
    about = text.foreign(mail.invoice_number) if mail.invoice_number else "no invoice known"
    whose = f"{text.foreign(mail.account_name)}, " if mail.account_name else ""
    subject = f": {text.foreign(mail.subject, limit=120)}" if mail.subject else ""
    unsure = ", by its sender only" if mail.thread == "sender" else ""
    return f"{whose}{about}{unsure}{subject}\n_{text.foreign(mail.sender)}, {text.moment(mail.received_at)}_"


def _sender(mail: MailCard) -> list[Block]:
    """Return what is known of the sender, where something depends on who that is."""
    depends = mail.thread == "sender" or any(each.kind in CHANGES_CONTACTS for each in mail.guesses)
    if mail.answered or not depends:
        return []
    told = text.said(mail.authentication, limit=300) if mail.authentication else "was not looked at yet"
    lines = [f"Its sender: {told}"]
    if mail.waits_until is not None:
        lines.append(
            f"It is this customer's by its sender only, so reminders wait for it until {text.moment(mail.waits_until)}"
            " at most; if you know that it is genuine, assign it"
        )
    return [blocks.context(". ".join(lines) + ".")]


def _confirm(mail: MailCard, place: int, guess: Intent) -> Block:
    return blocks.button(
        WANTS[guess.kind],
        action=ids.Action.CONFIRM_GUESS,
        value=ids.value(mail=mail.id, place=place, seen=mail.stamp),
        label=f"{WANTS[guess.kind]} {_plain(guess)}".strip(),
        primary=place == 1,
    )


def _done(mail_id: UUID) -> Block:
    return blocks.button(
        "Dealt with", action=ids.Action.MAIL_DONE, value=ids.value(mail=mail_id), label="Nothing else is to be done"
    )


def wishes(kinds: Iterable[IntentKind]) -> str:
    """Return guesses in words, each once; empty where nothing was understood."""
    return ", ".join(dict.fromkeys(SAYS[each] for each in kinds if each is not IntentKind.OTHER))


def _line(mail: MailCard) -> str:
    """Return a mail in the list: whose it is, what it seems to want, and how it begins."""
    wants = wishes(each.kind for each in mail.guesses[:MOST_GUESSES])
    files = len(mail.attachments)
    attached = f" · {files} {'file' if files == 1 else 'files'}" if files else ""
    seems = f"\n*{wants[:1].upper()}{wants[1:]}*{attached}" if wants else f"\n{attached[3:]}" if attached else ""
    begins = f"\n> {text.foreign(mail.text, limit=140)}" if mail.text else ""
    return f"`{short_ids.short(mail.id)}`  {_head(mail)}{seems}{begins}"


def _several(mail: MailCard) -> bool:
    """Whether the message that a mail answers asks for other invoices too, and nobody said which one is meant."""
    return bool(mail.beside) and mail.invoice_number is not None and mail.thread != "person"


def _invoices(mail: MailCard) -> str:
    return ", ".join(f"{text.foreign(each.number)} ({each.open})" for each in mail.beside)


def _about(mail: MailCard) -> list[Block]:
    """Return how to say which invoice a mail is about, where that is not certain."""
    command = f"`/plixo mail assign {short_ids.short(mail.id)} INV`"
    if mail.answered:
        return []
    if mail.invoice_number is None:
        known = f" Open of this customer: {_invoices(mail)}." if mail.beside else ""
        written = dict.fromkeys(number for guess in mail.guesses for number in guess.invoices)
        if written:
            known += f" The mail names {', '.join(text.foreign(each, limit=40) for each in list(written)[:5])}."
        return [blocks.context(f"Say which invoice it is about: {command}.{known}")]
    if not _several(mail):
        return []
    return [
        blocks.context(
            f"The message that it answers also asks for {_invoices(mail)}. Is it about one of those? {command}"
        )
    ]


def _guess(guess: Intent, mail: MailCard) -> str:
    said = _plain(guess)
    number = conversations.named(guess, mail) if _several(mail) else ()
    about = f", about {', '.join(text.foreign(each) for each in number)}" if number else ""
    found = f": {text.said(said, limit=120)}" if said else ""
    sure = f" ({guess.confidence:.0%} sure)"
    return f"It seems to say: *{SAYS[guess.kind]}*{found}{about}{sure}\n> {text.foreign(guess.words, limit=200)}"


_SHARES = {Share.HALF: "half of it", Share.REST: "the rest", Share.ALL: "all of it"}


def _plain(guess: Intent) -> str:
    """Return what the guess understood, for a button's label and the line above."""
    parts = []
    if guess.kind is IntentKind.DISPUTE and guess.detail:
        parts.append(guess.detail.replace("_", " "))
    if guess.kind is IntentKind.OTHER and guess.detail:
        parts.append(f"a {guess.detail}")
    if guess.kind is IntentKind.COPY and guess.detail:
        parts.append(f"of the {guess.detail}")
    if guess.amount is not None:
        parts.append(_SHARES.get(guess.amount.share, guess.amount.text))
    if guess.count:
        parts.append(f"in {guess.count} parts")
    if guess.day is not None:
        other = f" or {text.day(guess.day.other)}" if guess.day.other else ""
        parts.append(f"on {text.day(guess.day.on)}{other}")
    if guess.references:
        parts.append(f"reference {guess.references[0]}")
    if guess.contact:
        parts.append(guess.contact)
    return " ".join(parts)
