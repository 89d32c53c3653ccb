"""The forms about a mail: an answer, what it means, and which invoice it is about; what was written stands above."""

from bot import blocks, entered, ids, inputs, text
from bot.blocks import Block
from bot.inputs import Option
from bot.modals import Modal
from bot.views.guesses import CORRECTIONS, WANTS
from domain.casework.conversations import MailCard
from domain.commitments import dispute_reasons
from domain.deliverability.replies import Intent, IntentKind
from domain.kernel.speech import say

LINES_SHOWN = 15

ENDS = "ends"
"""The box that says that nothing else is to be done about a mail."""


def answer(mail: MailCard) -> Modal:
    """Return the form in which an answer is written."""
    return Modal(
        title=say("Answer by mail"),
        form=ids.FormId.ANSWER_MAIL,
        submit=say("Send"),
        subject=ids.Subject(mail=mail.id),
        blocks=(
            *_written(mail),
            inputs.text(
                "answer",
                say("Your answer"),
                lines=True,
                hint=say("It leaves at once, as an answer to that mail. Greeting and signature are set around it."),
            ),
            _after(ends=all(each.kind is IntentKind.QUESTION for each in mail.left)),
        ),
    )


def correct(mail: MailCard, *, place: int = 1) -> Modal:
    """Return the form in which somebody says what a mail means; it begins with the guess of that place."""
    guess = mail.guesses[min(place, len(mail.guesses)) - 1] if mail.guesses else None
    number = mail.invoice_number or ""
    kinds = [Option(say(WANTS[each]), each.value) for each in CORRECTIONS]
    reasons = [Option(each.title, each.code) for each in dispute_reasons.REASONS]
    return Modal(
        title=say("What does it mean?"),
        form=ids.FormId.CORRECT_MAIL,
        submit=say("Do it"),
        subject=ids.Subject(mail=mail.id),
        blocks=(
            *_written(mail),
            inputs.select("kind", say("What is to be done"), kinds, initial=guess.kind.value if guess else ""),
            inputs.text(
                "invoice", say("Invoice"), initial=number, most=60, optional=bool(number)
            ),
            inputs.text(
                "amount", say("Amount"), initial=_sum(guess), most=40, optional=True,
                hint=say("Of a promise, a payment or a dispute; all that is open where you leave it empty."),
            ),
            inputs.day("on", say("Day"), initial=guess.day.on if guess and guess.day else None, optional=True,
                       hint=say("Of a promise, a payment or a call.")),
            inputs.select("reason", say("Reason"), reasons, optional=True, hint=say("Of a dispute."),
                          initial=guess.detail if guess else ""),
            inputs.text("contact", say("Address or number"), most=200, optional=True,
                        initial=text.plain(guess.contact) if guess and guess.contact else "",
                        hint=say("Whom to write to instead, or where to call.")),
            _after(ends=len(mail.left) <= 1),
        ),
    )  # fmt: skip


def assign(mail: MailCard) -> Modal:
    """Return the form in which somebody says which invoice a mail is about."""
    beside = [
        Option(text.plain(say("{number}, {amount} open", number=each.number, amount=each.open), limit=70), each.number)
        for each in mail.beside
        if 0 < len(each.number) <= inputs.OPTION_VALUE_LIMIT
    ]
    return Modal(
        title=say("Which invoice?"),
        form=ids.FormId.ASSIGN_MAIL,
        submit=say("Assign"),
        subject=ids.Subject(mail=mail.id),
        blocks=(
            *_written(mail),
            *([inputs.radio("beside", say("Open of this customer"), beside, optional=True)] if beside else ()),
            inputs.search(
                entered.INVOICE,
                say("Another invoice") if beside else say("Invoice"),
                choices=ids.ChoiceId.INVOICES,
                placeholder=say("A number, or the customer's name"),
                optional=bool(beside),
                hint=say("Reminders to its customer wait then, until the mail is dealt with."),
            ),
        ),
    )


def _after(*, ends: bool) -> Block:
    """Return the box that says whether the mail is dealt with then; ticked where nothing else is left of it."""
    return inputs.boxes(
        "after",
        say("And then"),
        [Option(say("The mail is dealt with"), ENDS)],
        ticked=(ENDS,) if ends else (),
        hint=say("Leave it out where something else is to be noted from it."),
    )


def _written(mail: MailCard) -> tuple[Block, ...]:
    about = text.foreign(mail.invoice_number) if mail.invoice_number else say("no invoice known")
    whose = f"{text.foreign(mail.account_name)}, " if mail.account_name else ""
    said = (
        text.quoted(mail.text, most=LINES_SHOWN, limit=200) if mail.text else f"_{say('Its text could not be read.')}_"
    )
    return (
        blocks.section(f"*{text.foreign(mail.sender)}*, {text.moment(mail.received_at)}\n{whose}{about}"),
        blocks.section(said),
    )


def _sum(guess: Intent | None) -> str:
    """Return the amount of a guess where it can be read in one way only."""
    found = guess.amount if guess else None
    return text.plain(found.value) if found and found.minor is not None and not found.other and found.value else ""
