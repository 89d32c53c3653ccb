"""Cash: bank lines that wait, why each would be applied as proposed, and the decisions about them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from bot import asks, words
from bot.asks import Ask, Misunderstood, Press
from bot.blocks import Message
from bot.ids import Action
from bot.routes import Command, Group, Route, command
from bot.views import answers
from bot.views import cash as views
from domain.cash_application import decisions, differences, queries
from domain.cash_application.decisions import NamedPart
from domain.cash_application.events import LineKept, LinePosted, LineReturned
from domain.kernel.actor import Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.speech import phrase, say
from domain.operations import short_ids

POST = "cash post 1a2b3c4d"
APPLY = "cash apply 1a2b3c4d INV-1042=80.00 INV-1043"
KEEP = "cash keep 1a2b3c4d Acme Ltd"
IGNORE = "cash ignore 1a2b3c4d interest of our own account"
AGAIN = "cash reconsider 1a2b3c4d"
FIND = "cash find acme 1250.00"
SHORT = "cash short 1a2b3c4d INV-1042 promise friday"
OBJECTION = "cash short 1a2b3c4d INV-1042 dispute wrong_amount the agreed price was lower"

MOST_PAGES = 10_000


async def show(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo cash [page N]`` with what waits, and ``/plixo cash ID`` with one line."""
    said = [each.casefold() for each in ask.words]
    if not said or said[0] == "page":
        number = said[1] if len(said) > 1 else "1"
        page = int(number) if number.isascii() and number.isdigit() else 1
        return views.waiting(await queries.waiting(core, page=min(max(page, 1), MOST_PAGES)))
    return views.card(await queries.card(core, line_id=await queries.named(core, text=ask.words[0])))


async def post(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo cash post ID [N]``: take the first, or the Nth, proposal."""
    line_id, rest = await _line(core, ask, POST)
    if rest and not rest[0].isdecimal():
        raise Misunderstood(say("Which of the proposals? For example `/plixo {example} 2`.", example=POST))
    event = await decisions.confirm(core, line_id=line_id, place=int(rest[0]) if rest else 1, actor=ask.actor)
    return answers.done(event, note=_next(event))


async def apply(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo cash apply ID INV[=amount] …``."""
    line_id, rest = await _line(core, ask, APPLY)
    if not rest:
        raise Misunderstood(say("On which invoices? For example `/plixo {example}`.", example=APPLY))
    card = await queries.card(core, line_id=line_id)
    parts = [_part(each, currency=card.line.amount.currency) for each in rest]
    event = await decisions.apply(core, line_id=line_id, parts=parts, actor=ask.actor)
    return answers.done(event, note=_next(event))


async def keep(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo cash keep ID NAME``; what stands behind a quoted name is a note."""
    line_id, rest = await _line(core, ask, KEEP)
    if not rest:
        raise Misunderstood(say("Whose money is it? For example `/plixo {example}`.", example=KEEP))
    quoted = asks.quoted(rest)
    name, note = (quoted[0], " ".join(quoted[1])) if quoted else (" ".join(rest), "")
    event = await decisions.keep_unapplied(core, line_id=line_id, account=name, note=note, actor=ask.actor)
    return answers.done(event)


async def ignore(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo cash ignore ID reason…``."""
    line_id, rest = await _line(core, ask, IGNORE)
    reason = asks.reason(rest, why=say("Why is it no customer's payment?"), example=IGNORE)
    event = await decisions.ignore(core, line_id=line_id, reason=reason, actor=ask.actor)
    return answers.done(
        event, note=say("If that was wrong: `/plixo cash reconsider {id}`", id=short_ids.short(line_id))
    )


async def reconsider(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo cash reconsider ID``."""
    line_id, _ = await _line(core, ask, AGAIN)
    return answers.done(await decisions.reconsider(core, line_id=line_id, actor=ask.actor))


async def find(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo cash find words…``."""
    if not ask.words:
        raise Misunderstood(say("What are you looking for? For example `/plixo {example}`.", example=FIND))
    return views.found(await queries.find(core, words=ask.words), words=" ".join(ask.words))


async def short(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo cash short ID INV variance|promise DAY|dispute CODE words…``.

    Raises:
        Misunderstood: It is not said what the difference becomes.
    """
    line_id, rest = await _line(core, ask, SHORT)
    if len(rest) < 2:
        raise Misunderstood(say("What becomes of the difference? For example `/plixo {example}`.", example=SHORT))
    number, what, behind = rest[0], rest[1].casefold(), rest[2:]
    about: dict[str, Any] = {"line_id": line_id, "invoice_number": number, "actor": ask.actor}
    if what == "variance":
        return answers.done(await differences.let_go(core, **about, reason=" ".join(behind)))
    if what == "promise":
        read = words.leading_day(behind, today=local_date(core.clock, core.merchant.zone))
        if read is None:
            raise Misunderstood(say("By which day will they pay? For example `/plixo {example}`.", example=SHORT))
        note = " ".join(behind[read[1] :])
        return answers.done(await differences.promised(core, **about, on=read[0], note=note))
    if what == "dispute" and behind:
        said = asks.reason(behind[1:], why=say("What do they object to?"), example=OBJECTION)
        return answers.done(await differences.disputed(core, **about, reason_code=behind[0], words=said))
    raise Misunderstood(say("Say `variance`, `promise DAY` or `dispute CODE words`: what becomes of the difference."))


async def press_list(core: Core, press: Press) -> Message:
    """Answer a click on a page of what waits."""
    return views.waiting(await queries.waiting(core, page=press.subject.page or 1))


async def press_show(core: Core, press: Press) -> Message:
    """Answer a click on a line."""
    assert press.subject.line is not None, "the route asks for it"
    return views.card(await queries.card(core, line_id=press.subject.line))


async def press_post(core: Core, press: Press) -> Message:
    """Answer a click on Post: what was shown is done, or nothing."""
    assert press.subject.line is not None, "the route asks for it"
    assert press.subject.place is not None, "the route asks for it"
    event = await decisions.confirm(
        core, line_id=press.subject.line, place=press.subject.place, seen=press.subject.seen, actor=press.actor
    )
    return answers.done(event, note=_next(event), replaces=True)


async def press_keep(core: Core, press: Press) -> Message:
    """Answer a click on Keep unapplied, for the customer that was shown."""
    assert press.subject.line is not None, "the route asks for it"
    event = await decisions.keep_unapplied(
        core, line_id=press.subject.line, account=str(press.subject.account), actor=press.actor
    )
    return answers.done(event, replaces=True)


async def press_ignore(core: Core, press: Press) -> Message:
    """Answer a click on Ignore: the next reader wants to know why, so the reason is typed."""
    assert press.subject.line is not None, "the route asks for it"
    del core
    short_id = short_ids.short(press.subject.line)
    return answers.said(say("Say why, so that the next reader knows: `/plixo cash ignore {id} reason…`", id=short_id))


async def _line(core: Core, ask: Ask, example: str) -> tuple[UUID, tuple[str, ...]]:
    if not ask.words:
        raise Misunderstood(
            say(
                "Which bank line? `/plixo cash` lists those that wait, for example `/plixo {example}`.", example=example
            )
        )
    return await queries.named(core, text=ask.words[0]), ask.words[1:]


def _part(typed: str, *, currency: str) -> NamedPart:
    number, mark, amount = typed.strip(",;").rpartition("=")
    if not mark:
        return NamedPart(typed.strip(",;"))
    read = words.leading_amount((amount,), currency=currency) if amount else None
    if read is None:
        raise Misunderstood(
            say("{typed} is not an amount. For example `/plixo {example}`.", typed=repr(amount), example=APPLY)
        )
    part: Money = read[0]
    return NamedPart(number, part)


def _next(event: LinePosted | LineKept | LineReturned) -> str:
    """Return what can be done about an invoice that is left open."""
    if isinstance(event, LinePosted) and len(event.short) == 1:
        return say(
            "{invoice} is not paid in full: `/plixo cash short {id} {invoice}` and then `variance`, `promise DAY`, or "
            "`dispute CODE words`",
            invoice=event.short[0],
            id=short_ids.short(event.line_id),
        )
    return ""


COMMANDS: tuple[Command, ...] = (
    command(
        Group.MONEY,
        "cash",
        "[ID|page N]",
        Permission.VIEW,
        phrase("lists bank lines that wait, or shows one"),
        "cash",
        show,
    ),
    command(Group.MONEY, "cash post", "ID [N]", Permission.APPLY_CASH, phrase("takes a proposal"), POST, post),
    command(
        Group.MONEY,
        "cash apply",
        "ID INV[=AMOUNT]…",
        Permission.APPLY_CASH,
        phrase("posts a bank line on invoices that you name"),
        APPLY,
        apply,
    ),
    command(
        Group.MONEY,
        "cash keep",
        "ID NAME",
        Permission.APPLY_CASH,
        phrase("books it as a customer's unapplied cash"),
        KEEP,
        keep,
    ),
    command(Group.MONEY, "cash ignore", "ID reason…", Permission.APPLY_CASH, phrase("leaves it out"), IGNORE, ignore),
    command(
        Group.MONEY, "cash reconsider", "ID", Permission.APPLY_CASH, phrase("looks at it again"), AGAIN, reconsider
    ),
    command(Group.MONEY, "cash find", "words…", Permission.VIEW, phrase("searches all bank lines"), FIND, find),
    command(
        Group.MONEY,
        "cash short",
        "ID INV variance|promise DAY|dispute CODE words…",
        Permission.APPLY_CASH,
        phrase("says what becomes of the difference"),
        SHORT,
        short,
    ),
)

BUTTONS: Mapping[Action, Route] = {
    Action.CASH_LIST: Route(Permission.VIEW, press_list),
    Action.CASH_SHOW: Route(Permission.VIEW, press_show, ("line",)),
    Action.CASH_POST: Route(Permission.APPLY_CASH, press_post, ("line", "place", "seen")),
    Action.CASH_KEEP: Route(Permission.APPLY_CASH, press_keep, ("line", "account")),
    Action.CASH_IGNORE: Route(Permission.APPLY_CASH, press_ignore, ("line",)),
}
