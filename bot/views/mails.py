"""What people wrote to us, as the operators see it: the new text first, then what it seems to want."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from bot import blocks, ids, text
from bot.blocks import Block, Message
from domain.casework.conversations import MailCard
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


def waiting(mails: Sequence[MailCard]) -> Message:
    """Return the mails that wait for an answer, the oldest first."""
    if not mails:
        sentence = "No mail waits for an answer."
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = f"{len(mails)} {'mail waits' if len(mails) == 1 else 'mails wait'} for an answer, the oldest first."
    lines = [blocks.section(f"`{short_ids.short(each.id)}`  {_head(each)}", accessory=look(each.id)) for each in mails]
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
    guesses = mail.guesses[:MOST_GUESSES]
    if mail.invoice_number is None:
        how = f"Say which invoice it is about: `/plixo mail assign {short_ids.short(mail.id)} INV`"
        shown.append(blocks.context(how))
    for place, guess in enumerate(guesses, 1):
        live = mail.invoice_number is not None and not mail.answered
        shown.append(blocks.section(_guess(guess), accessory=_confirm(mail, place, guess) if live else None))
    if mail.rest.strip():
        shown.append(blocks.context("It quotes an earlier mail or ends with a signature, which are left out here."))
    shown.append(blocks.context("It was dealt with.") if mail.answered else blocks.actions(_done(mail.id)))
    return Message(text=head, blocks=tuple(shown))


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


def _confirm(mail: MailCard, place: int, guess: Intent) -> Block:
    return blocks.button(
        WANTS[guess.kind],
        action=ids.Action.CONFIRM_GUESS,
        value=ids.value(mail=mail.id, place=place, seen=mail.stamp),
        label=f"{WANTS[guess.kind]}{_plain(guess)}",
        primary=place == 1,
    )


def _done(mail_id: UUID) -> Block:
    return blocks.button(
        "Dealt with", action=ids.Action.MAIL_DONE, value=ids.value(mail=mail_id), label="Nothing else is to be done"
    )


def _guess(guess: Intent) -> str:
    what = guess.kind.value.replace("_", " ")
    return f"It seems to say: *{what}*{text.said(_plain(guess), limit=120)}\n> {text.foreign(guess.words, limit=200)}"


def _plain(guess: Intent) -> str:
    """Return what the guess understood, for a button's label and the line above."""
    parts = []
    if guess.amount is not None:
        parts.append(guess.amount.text if guess.amount.share is Share.SUM else guess.amount.share.value)
    if guess.day is not None:
        other = f" or {guess.day.other}" if guess.day.other else ""
        parts.append(f"on {guess.day.on}{other}")
    if guess.references:
        parts.append(f"reference {guess.references[0]}")
    if guess.contact:
        parts.append(guess.contact)
    return f" {' '.join(parts)}" if parts else ""
