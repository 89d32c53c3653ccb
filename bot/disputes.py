"""Disputes: filed for a payer, listed by deadline, taken up, decided or withdrawn."""

import difflib
from collections.abc import Mapping, Sequence
from uuid import UUID

from bot import asks, words
from bot.asks import Ask, Misunderstood, Press
from bot.blocks import Message
from bot.ids import Action
from bot.routes import Answer, Command, Group, Route, command
from bot.views import answers
from bot.views import case_forms as forms
from bot.views import disputes as views
from bot.views import promises as promise_views
from domain.casework import absences
from domain.casework.refusals import WithoutRole
from domain.commitments import dispute_endings, dispute_owners, dispute_queries, disputes
from domain.commitments.dispute_endings import Outcome
from domain.commitments.dispute_queries import DisputeView
from domain.commitments.dispute_reasons import BY_CODE
from domain.commitments.objections import Filing
from domain.kernel import speech
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.ledger.refusals import InvoiceNotFound
from domain.operations import cases, short_ids
from domain.operations.short_ids import Waiting
from domain.outreach import confirmations
from domain.people import people
from domain.people.refusals import PersonUnknown

EXAMPLE = "dispute INV-1042 wrong_amount 120 the agreed price was lower"
RESOLVE = "dispute resolve D-1A2B-3C4D accepted the price was wrong"

OUTCOMES = {
    "accepted": Outcome.ACCEPTED,
    "accept": Outcome.ACCEPTED,
    "partly": Outcome.PARTLY_ACCEPTED,
    "partial": Outcome.PARTLY_ACCEPTED,
    "rejected": Outcome.REJECTED,
    "reject": Outcome.REJECTED,
}


async def dispute(core: Core, ask: Ask) -> Answer:
    """Answer ``/plixo dispute INV-1042 reason-code [amount] description…``, or show the invoice's dispute.

    With fewer words a form asks for the rest.

    Raises:
        Misunderstood: Invoice, reason or description is missing.
    """
    if not ask.words:
        return forms.dispute(None, confirmed=promise_views.confirmed(None))
    number, rest = asks.leading_number(ask.words, example=EXAMPLE)
    if not rest:
        return await _shown_or_filed(core, number)
    case = await cases.case(core, invoice_number=number)
    code = _code(rest[0])
    amount = None
    read = words.leading_amount(rest[1:], currency=case.balance.currency)
    if read is not None:
        amount = read[0]
    description = asks.reason(
        rest[1 + (read[1] if read else 0) :],
        why=say("What do they object to? Describe it in their words."),
        example=EXAMPLE,
    )
    filing = Filing(reason_code=code, description=description, amount=amount)
    event = await disputes.file(core, invoice_number=number, filing=filing, actor=ask.actor)
    note = promise_views.confirmed(await confirmations.of_account(core, account_id=case.account_id))
    return answers.done(event, views.show(event.dispute_id), views.take(event.dispute_id), note=note)


async def listed(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo dispute list [mine]``: the open ones, the next deadline first."""
    mine = bool(ask.words) and ask.words[0].casefold() == "mine"
    waiting = await dispute_queries.waiting(core, owners=await _whose(core, ask.actor) if mine else None)
    return views.listed(waiting, await dispute_queries.counts(core), mine=mine, owners=await owners(core, waiting))


async def take(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo dispute take D-1A2B-3C4D``; an invoice's number names its open dispute, too."""
    dispute_id = await first(core, ask.words, "dispute take D-1A2B-3C4D")
    return answers.done(await dispute_owners.take(core, dispute_id=dispute_id, actor=ask.actor), views.show(dispute_id))


async def assign(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo dispute assign D-1A2B-3C4D @ben``."""
    example = "dispute assign D-1A2B-3C4D @ben"
    dispute_id = await first(core, ask.words, example)
    who = [each for each in ask.words[1:] if each.casefold() != "to"]
    if not who:
        raise Misunderstood(say("To whom? For example `/plixo {example}`.", example=example))
    slack_id = await people.slack_id(core, text=asks.person(" ".join(who)))
    return await _assigned(core, dispute_id=dispute_id, slack_id=slack_id, actor=ask.actor)


async def resolve(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo dispute resolve D-1A2B-3C4D accepted|partly AMOUNT|rejected note…``.

    Raises:
        Misunderstood: Dispute, outcome, amount or note is missing.
    """
    dispute_id = await first(core, ask.words, RESOLVE)
    outcome = OUTCOMES.get(ask.words[1].casefold()) if len(ask.words) > 1 else None
    if outcome is None:
        raise Misunderstood(
            say(
                "How does it end: `accepted`, `partly AMOUNT` or `rejected`? For example `/plixo {example}`.",
                example=RESOLVE,
            )
        )
    rest = ask.words[2:]
    credit = None
    if rest and rest[0].casefold() == "accepted":
        rest = rest[1:]
    if outcome is Outcome.PARTLY_ACCEPTED:
        view = await dispute_queries.dispute(core, dispute_id=dispute_id)
        read = words.leading_amount(rest, currency=view.amount.currency)
        if read is None:
            raise Misunderstood(
                say("How much is credited? For example `/plixo dispute resolve D-1A2B-3C4D partly 80 note…`.")
            )
        credit, rest = read[0], rest[read[1] :]
    note = asks.reason(rest, why=say("Why? The customer reads it."), example=RESOLVE)
    event = await dispute_endings.resolve(
        core, dispute_id=dispute_id, outcome=outcome, note=note, actor=ask.actor, credit=credit
    )
    return answers.done(event, views.show(dispute_id))


async def withdraw(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo dispute withdraw D-1A2B-3C4D note…``."""
    dispute_id = await first(core, ask.words, "dispute withdraw D-1A2B-3C4D they found their mistake")
    note = " ".join(ask.words[1:])
    return answers.done(await dispute_endings.withdraw(core, dispute_id=dispute_id, note=note, actor=ask.actor))


async def press_show(core: Core, press: Press) -> Message:
    """Answer a click on Show dispute."""
    return await _card(core, _dispute(press))


async def press_take(core: Core, press: Press) -> Message:
    """Answer a click on Take it."""
    event = await dispute_owners.take(core, dispute_id=_dispute(press), actor=press.actor)
    return answers.done(event, views.show(event.dispute_id))


async def press_assign(core: Core, press: Press) -> Message:
    """Answer the choice of a person to whom a dispute is given."""
    return await _assigned(core, dispute_id=_dispute(press), slack_id=press.chosen, actor=press.actor)


async def _shown_or_filed(core: Core, word: str) -> Answer:
    """Return the dispute of that reference or invoice, or the form that files one about the invoice."""
    try:
        case = await cases.case(core, invoice_number=word)
    except InvoiceNotFound:
        return await _card(core, await _named(core, word))
    if case.notes.disputes or not case.is_open:
        return await _card(core, await _named(core, word))
    mail = await confirmations.of_account(core, account_id=case.account_id)
    return forms.dispute(case, most=speech.amount(case.balance), confirmed=promise_views.confirmed(mail))


async def owners(core: Core, shown: Sequence[DisputeView]) -> Mapping[UUID, str]:
    """Return who does the work of each owner now: the owner, or whoever stands in."""
    people_ids = [each.owner_id for each in shown if each.owner_id is not None]
    return await absences.responsible(core, core.database, people=people_ids)


async def _card(core: Core, dispute_id: UUID) -> Message:
    found = await dispute_queries.dispute(core, dispute_id=dispute_id)
    return views.card(found, owners=await owners(core, [found]))


async def _whose(core: Core, actor: Actor) -> frozenset[UUID]:
    """Return whose disputes are the actor's to answer: their own, and those of whoever they stand in for."""
    assert actor.id is not None, "who acts in Slack is a person"
    return await absences.covered(core, core.database, person_id=actor.id)


async def _assigned(core: Core, *, dispute_id: UUID, slack_id: str, actor: Actor) -> Message:
    try:
        owner = await people.actor(core, slack_id=slack_id)
    except PersonUnknown:
        raise WithoutRole from None
    assert owner.id is not None, "who acts in Slack is a person"
    event = await dispute_owners.assign(core, dispute_id=dispute_id, person_id=owner.id, actor=actor)
    return answers.done(event, views.show(dispute_id))


async def first(core: Core, said: tuple[str, ...], example: str) -> UUID:
    """Return the dispute that the first word names.

    Raises:
        Misunderstood: There is no word, or no open dispute of that invoice.
    """
    if not said:
        raise Misunderstood(say("Which dispute? For example `/plixo {example}`.", example=example))
    return await _named(core, said[0])


async def _named(core: Core, word: str) -> UUID:
    """Return the open dispute of that reference or short id, or the one about the invoice of that number."""
    try:
        case = await cases.case(core, invoice_number=word)
    except InvoiceNotFound:
        return await short_ids.resolve(core, what=Waiting.DISPUTE, text=word)
    found = [
        each for each in await dispute_queries.of_invoice(core, invoice_id=case.invoice_id) if each.sla is not None
    ]
    if not found:
        raise Misunderstood(
            say(
                "No dispute about {invoice} is open. File one: `/plixo {example}`.",
                invoice=case.invoice_number,
                example=EXAMPLE,
            )
        )
    return found[0].dispute_id


def _code(word: str) -> str:
    """Return the reason that a word means, however it is written."""
    said = word.casefold().replace("-", "_").strip(",:;")
    if said in BY_CODE:
        return said
    near = difflib.get_close_matches(said, BY_CODE, n=1, cutoff=0.7) or [each for each in BY_CODE if said in each]
    known = ", ".join(BY_CODE)
    if near:
        raise Misunderstood(
            say(
                "'{word}' is not a reason. Did you mean `{near}`? The reasons are: {known}.",
                word=word,
                near=near[0],
                known=known,
            )
        )
    raise Misunderstood(say("'{word}' is not a reason. The reasons are: {known}.", word=word, known=known))


def _dispute(press: Press) -> UUID:
    assert press.subject.dispute is not None, "the route asks for it"
    return press.subject.dispute


COMMANDS: tuple[Command, ...] = (
    command(
        Group.DISPUTES, "dispute", "[INV REASON [AMOUNT] words…]", Permission.WORK_QUEUE,
        phrase("files an objection, or shows it"), EXAMPLE, dispute, opens=1,
    ),
    command(
        Group.DISPUTES, "dispute list", "[mine]", Permission.VIEW,
        phrase("lists open disputes by deadline"), "dispute list", listed,
    ),
    command(
        Group.DISPUTES, "dispute take", "INV|D-…", Permission.WORK_QUEUE,
        phrase("takes a dispute up"), "dispute take D-1A2B-3C4D", take,
    ),
    command(
        Group.DISPUTES, "dispute assign", "INV|D-… @person", Permission.WORK_QUEUE,
        phrase("gives it to somebody"), "dispute assign D-1A2B-3C4D @ben", assign,
    ),
    command(
        Group.DISPUTES, "dispute resolve", "INV|D-… accepted|partly AMOUNT|rejected note…", Permission.WORK_QUEUE,
        phrase("decides it"), RESOLVE, resolve, Permission.APPROVE_CREDITS,
    ),
    command(
        Group.DISPUTES, "dispute withdraw", "INV|D-… [note…]", Permission.WORK_QUEUE,
        phrase("takes it back for the payer"), "dispute withdraw D-1A2B-3C4D their mistake", withdraw,
    ),
)  # fmt: skip

BUTTONS: Mapping[Action, Route] = {
    Action.SHOW_DISPUTE: Route(Permission.VIEW, press_show, ("dispute",)),
    Action.TAKE_DISPUTE: Route(Permission.WORK_QUEUE, press_take, ("dispute",)),
    Action.ASSIGN_DISPUTE: Route(Permission.WORK_QUEUE, press_assign, ("dispute",)),
}
