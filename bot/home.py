"""Home: App Home is opened, its lists are looked at, and whoever has no role asks for one."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from bot import disputes, noise
from bot.asks import Filled, Misunderstood, Press
from bot.blocks import Message
from bot.filled import Misfilled
from bot.ids import Action, FormId
from bot.modals import Modal
from bot.routes import Form, Listener, Route
from bot.views import access as access_views
from bot.views import credits as credit_views
from bot.views import digest as digest_views
from bot.views import disputes as dispute_views
from bot.views import forwardings as forwarding_views
from bot.views import home as views
from bot.views import mails as mail_views
from bot.views import money as money_views
from bot.views import plans as plan_views
from bot.views import privacy as privacy_views
from bot.views import questions as question_views
from bot.views import report as report_views
from bot.views import write_offs as write_off_views
from domain.casework import conversations, questions
from domain.commitments import dispute_queries, plan_queries
from domain.kernel.actor import Actor, ActorKind, Permission
from domain.kernel.core import Core
from domain.kernel.speech import say
from domain.ledger import credits, unapplied, write_off_records  # noqa: A004 - named after what it is about
from domain.operations import homes, report_files
from domain.operations.desks import Pile
from domain.operations.erasing import asking
from domain.operations.reports.reports import Kind
from domain.operations.reports.wishes import Wish
from domain.pay_links import forwardings
from domain.people import access, access_lists, people
from domain.people.grants import WITHOUT_END, Term
from domain.people.roles import Role

log = logging.getLogger(__name__)

LONGEST_DAYS = 366

MINUTES_A_DAY = 24 * 60

T = TypeVar("T")

_List = Callable[[Core, Press], Awaitable[Message]]


async def opened(core: Core, event: Mapping[str, Any]) -> None:
    """Take that somebody looks at App Home; its other tabs are not ours."""
    slack_id = str(event.get("user") or "")
    if event.get("tab") == "home" and slack_id and len(slack_id) <= 30:
        await homes.opened(core, slack_id=slack_id)


async def press_list(core: Core, press: Press) -> Message:
    """Answer a click on a list of App Home."""
    shown = _LISTS.get(press.subject.seen or "")
    if shown is None:
        raise Misunderstood(say("That list is not there any more. `/plixo help` says what is."))
    return await shown(core, press)


async def press_ask(core: Core, press: Press) -> Modal:
    """Answer a click on Ask for access…, which whoever has no role sees."""
    del core, press
    return views.ask_form()


async def submit_ask(core: Core, filled: Filled) -> Message:
    """Take the request for a role."""
    values, days = filled.values, filled.values.text("days")
    if values.choice("role") not in set(Role):
        raise Misfilled({"role": say("Which role?")})
    if days and not (days.isascii() and days.isdigit() and 0 < int(days) <= LONGEST_DAYS):
        raise Misfilled({"days": say("A number of days, at most {most}, or nothing.", most=LONGEST_DAYS)})
    reason = values.needed("reason", or_else=say("What do you need it for? Whoever decides reads it."))
    known = filled.actor.id is not None
    name = filled.actor.name if known else filled.called[:80] or filled.slack_id
    event = await access.request(
        core,
        slack_id=filled.slack_id,
        name=name,
        role=Role(values.choice("role")),
        reason=reason,
        actor=filled.actor if known else Actor(ActorKind.PERSON, name, frozenset()),
        term=Term(minutes=int(days) * MINUTES_A_DAY) if days else WITHOUT_END,
    )
    await homes.stir(core)
    card = await access_lists.card(core, access_id=event.access_id)
    return access_views.asked(card, controllers=await people.controllers(core))


def _shows(read: Callable[[Core], Awaitable[T]], view: Callable[[T], Message]) -> _List:
    """Return a list that is read for everybody alike."""

    async def shown(core: Core, press: Press) -> Message:
        del press
        return view(await read(core))

    return shown


async def _disputes(core: Core, press: Press) -> Message:
    del press
    waiting = await dispute_queries.waiting(core)
    owners = await disputes.owners(core, waiting)
    return dispute_views.listed(waiting, await dispute_queries.counts(core), mine=False, owners=owners)


async def _unapplied(core: Core, press: Press) -> Message:
    page = await unapplied.unapplied(core, actor=press.actor, limit=money_views.LINES_SHOWN)
    return money_views.loose(page, asked="", totals=str(page.totals))


async def _erasures(core: Core, press: Press) -> Message:
    return privacy_views.listed(await asking.listed(core, actor=press.actor, waiting=True))


def _report(kind: Kind) -> _List:
    """Return how a report of its usual days is shown."""

    async def shown(core: Core, press: Press) -> Message:
        return report_views.report(await report_files.made(core, Wish(kind), actor=press.actor))

    return shown


_LISTS: Mapping[str, _List] = {
    **{digest_views.report_of(each): _report(each) for each in Kind},
    Pile.MAILS: _shows(conversations.waiting, mail_views.waiting),
    Pile.QUESTIONS: _shows(questions.waiting, question_views.waiting),
    Pile.PLANS: _shows(plan_queries.waiting, plan_views.waiting),
    Pile.CREDITS: _shows(credits.waiting, credit_views.listed),
    Pile.WRITE_OFFS: _shows(write_off_records.waiting, write_off_views.listed),
    Pile.FORWARDINGS: _shows(forwardings.waiting, forwarding_views.listed),
    Pile.ERASURES: _erasures,
    "disputes": _disputes,
    "unapplied": _unapplied,
    "noise": lambda core, _: noise.listed(core),
}
"""What the buttons of Home and of digests list; each button there names its list."""

BUTTONS: Mapping[Action, Route] = {
    Action.HOME_LIST: Route(Permission.VIEW, press_list, ("seen",)),
    Action.ASK_ACCESS: Route(None, press_ask, opens=True),
}

FORMS: Mapping[FormId, Form] = {FormId.ASK_ACCESS: Form(None, submit_ask)}

LISTENERS: Mapping[str, Listener] = {"app_home_opened": opened}
