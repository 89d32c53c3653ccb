"""Forms about a mail: write an answer, say what it means where no guess is right, say which invoice it is about."""

from uuid import UUID

from bot import asks, entered, words
from bot.asks import Filled, Misunderstood, Press
from bot.blocks import Message
from bot.filled import Misfilled, Values
from bot.routes import Answer
from bot.views import answers
from bot.views import mail_forms as forms
from bot.views import mails as views
from domain.casework import conversations, mail_answers, wishes
from domain.casework.conversations import MailCard
from domain.casework.guesses import Meant
from domain.deliverability.replies import IntentKind
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.speech import say
from domain.operations import cases


async def press_answer(core: Core, press: Press) -> Answer:
    """Answer a click on Answer…: show the form, with what was written above it."""
    mail = await _mail(core, press.subject.mail)
    return forms.answer(mail) if views.answerable(mail) else views.card(mail)


async def submit_answer(core: Core, filled: Filled) -> Message:
    """Take the answer that was written: it leaves as a mail in the thread."""
    said = filled.values.needed("answer", or_else=say("What is the answer? The payer reads it."))
    ends = forms.ENDS in filled.values.choices("after")
    event = await mail_answers.answer(core, mail_id=_id(filled.subject.mail), text=said, actor=filled.actor, ends=ends)
    if ends:
        return answers.done(event, views.look(event.mail_id), note=say("It leaves at once. Reminders go on."))
    mail = await conversations.card(core, mail_id=event.mail_id)
    return views.noted(event, mail, note=say("It leaves at once. The mail waits on, and reminders with it."))


async def press_correct(core: Core, press: Press) -> Answer:
    """Answer a click on Something else…, or on a guess that is not clear enough: ask what the mail means."""
    mail = await _mail(core, press.subject.mail)
    return views.card(mail) if mail.answered else forms.correct(mail, place=press.subject.place or 1)


async def submit_correct(core: Core, filled: Filled) -> Message:
    """Take what the mail means: it is done, and the mail is dealt with unless something is left of it."""
    mail = await _mail(core, filled.subject.mail)
    number = filled.values.text("invoice").strip("`'\".,;:<>") or mail.invoice_number or ""
    if not number or len(number) > asks.LONGEST_NUMBER:
        raise Misfilled({"invoice": say("Which invoice is it about? Its number, like INV-1042.")})
    meant = await _meant(core, filled.values, number)
    ends = forms.ENDS in filled.values.choices("after")
    events = await wishes.correct(core, mail_id=mail.id, meant=meant, actor=filled.actor, ends=ends)
    main = next((each for each in events if not each.kind.startswith("mail.")), events[-1])
    beside = [f"{each.told()}." for each in events if each is not main and each is not events[-1]]
    return views.noted(main, await conversations.card(core, mail_id=mail.id), note=" ".join(beside))


async def press_assign(core: Core, press: Press) -> Answer:
    """Answer a click on Assign…: ask which invoice the mail is about."""
    mail = await _mail(core, press.subject.mail)
    return views.card(mail) if mail.answered else forms.assign(mail)


async def submit_assign(core: Core, filled: Filled) -> Message:
    """Take the invoice that a mail is about, and show the mail with what can be done then."""
    values, mail_id = filled.values, _id(filled.subject.mail)
    number = values.choice("beside")
    if values.choice(entered.INVOICE) or not number:
        invoice_id = entered.chosen(values, entered.INVOICE, or_else=say("Which invoice is it about?"))
        number = await cases.number(core, invoice_id=invoice_id)
    await conversations.assign(core, mail_id=mail_id, invoice_number=number, actor=filled.actor)
    return views.card(await conversations.card(core, mail_id=mail_id))


async def _meant(core: Core, values: Values, number: str) -> Meant:
    """Return what was filled in.

    Raises:
        Misfilled: A field is missing, or cannot be read.
    """
    if values.choice("kind") not in set(IntentKind):
        raise Misfilled({"kind": say("What does the mail mean?")})
    kind, on = IntentKind(values.choice("kind")), values.day("on")
    if kind is IntentKind.PROMISE and on is None:
        raise Misfilled({"on": say("By which day do they promise to pay?")})
    if kind is IntentKind.DISPUTE and not values.choice("reason"):
        raise Misfilled({"reason": say("What do they object to?")})
    amount = await _amount(core, values.text("amount"), number)
    return Meant(kind, amount, on, values.choice("reason"), values.text("contact")[:200], number)


async def _amount(core: Core, typed: str, number: str) -> Money | None:
    if not typed:
        return None
    currency = (await cases.case(core, invoice_number=number)).balance.currency
    try:
        read = words.leading_amount(tuple(typed.split()), currency=currency)
    except Misunderstood as no:
        raise Misfilled({"amount": str(no)}) from None
    if read is None or read[1] != len(typed.split()):
        raise Misfilled({"amount": say("An amount in {currency}, like 1,250.00.", currency=currency)})
    return read[0]


async def _mail(core: Core, mail_id: UUID | None) -> MailCard:
    return await conversations.card(core, mail_id=_id(mail_id))


def _id(mail_id: UUID | None) -> UUID:
    assert mail_id is not None, "the route asks for it"
    return mail_id
