"""Absences and hand-over: who stands in for whom, whose customer is whose, and who has how much to do."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot import asks, entered, words
from bot.asks import Ask, Filled, Misunderstood
from bot.blocks import Message
from bot.ids import FormId
from bot.routes import Answer, Command, Form, Group, command
from bot.views import absences as views
from bot.views import answers
from domain.casework import absences, assignments, workloads
from domain.casework.refusals import AbsenceClashes, AbsenceImpossible, DeputyIsSelf, WithoutRole
from domain.kernel.actor import Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.people import people

MEANWHILE = phrase(
    "Your queue, tasks, disputes and promises show to your deputy meanwhile, and are yours again afterwards."
)

EXAMPLE = "away from monday until friday deputy @ben"


async def away(core: Core, ask: Ask) -> Answer:
    """Answer ``/plixo away [from monday] until friday deputy @ben``, list absences, or end one's own with ``end``.

    Without words a form asks for them.

    Raises:
        Misunderstood: The end or the deputy is missing.
    """
    if not ask.words:
        return views.form(
            await absences.listed(core, actor=ask.actor), today=local_date(core.clock, core.merchant.zone)
        )
    if ask.words[0].casefold() == "list":
        return views.listed(await absences.listed(core, actor=ask.actor))
    if ask.words[0].casefold() in {"end", "cancel", "back"}:
        return answers.done(await absences.cancel(core, actor=ask.actor))
    before, deputy = _split(ask.words, {"deputy", "stand-in", "covered"})
    if not deputy:
        raise Misunderstood(say("Who stands in? For example `/plixo {example}`.", example=EXAMPLE))
    start, rest = _start(core, before)
    read = words.until(rest, now=start, zone=core.merchant.zone, opens=core.limits.office_opens)
    if read.at is None:
        raise Misunderstood(say("Until when? For example `/plixo {example}`.", example=EXAMPLE))
    slack_id = await people.slack_id(core, text=asks.person(" ".join(deputy)))
    event = await absences.plan(core, deputy_slack_id=slack_id, from_at=start, until=read.at, actor=ask.actor)
    return answers.done(event, note=say(MEANWHILE))


async def submit(core: Core, filled: Filled) -> Message:
    """Plan the absence that was entered: whole days, from when the office opens to when it does again.

    Raises:
        Misfilled: A day is missing or not possible, or nobody stands in.
    """
    values, zone, opens = filled.values, core.merchant.zone, core.limits.office_opens
    first = entered.day(values, "from", or_else=say("From which day?"))
    last = entered.day(values, "until", or_else=say("Until which day?"))
    deputy = entered.person(values, "deputy", or_else=say("Who stands in?"))
    with entered.at_fields(
        {"until": (AbsenceImpossible,), "deputy": (WithoutRole, DeputyIsSelf), "from": (AbsenceClashes,)}
    ):
        event = await absences.plan(
            core,
            deputy_slack_id=deputy,
            from_at=max(datetime.combine(first, opens, zone), core.clock.now()),
            until=datetime.combine(last + timedelta(days=1), opens, zone),
            note=values.text("note"),
            actor=filled.actor,
        )
    return answers.done(event, note=say(MEANWHILE))


async def assign(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo assign NAME to @ben``: whose customer it is from now on."""
    example = "assign Acme Ltd to @ben"
    name, who = _split(ask.words, {"to"})
    if not name or not who:
        raise Misunderstood(say("Which customer, and whose is it? For example `/plixo {example}`.", example=example))
    nobody = who[0].casefold() == "nobody"
    slack_id = None if nobody else await people.slack_id(core, text=asks.person(" ".join(who)))
    quoted = asks.quoted(name)
    account = quoted[0] if quoted else " ".join(name)
    return answers.done(await assignments.assign(core, account=account, slack_id=slack_id, actor=ask.actor))


async def hand_over(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo handover @anna to @ben``: every customer of one is the other's, for good."""
    giver, taker = _split(ask.words, {"to"})
    if not giver or not taker:
        raise Misunderstood(say("From whom to whom? For example `/plixo {example}`.", example="handover @anna to @ben"))
    event = await assignments.hand_over(
        core,
        from_slack_id=await people.slack_id(core, text=asks.person(" ".join(giver))),
        to_slack_id=await people.slack_id(core, text=asks.person(" ".join(taker))),
        actor=ask.actor,
    )
    return answers.done(event)


async def workload(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo workload``."""
    return views.workloads(await workloads.workloads(core, actor=ask.actor))


def _start(core: Core, said: tuple[str, ...]) -> tuple[datetime, tuple[str, ...]]:
    """Return when it begins, now where nothing is said of it, and the words behind."""
    now = core.clock.now()
    if not said or said[0].casefold() not in {"from", "starting", "ab"}:
        return now, said
    today = now.astimezone(core.merchant.zone).date()
    read = words.leading_day(said[1:], today=today)
    if read is None:
        raise Misunderstood(say("From which day? For example `/plixo {example}`.", example=EXAMPLE))
    start = datetime.combine(read[0], core.limits.office_opens, core.merchant.zone)
    return max(start, now), said[1 + read[1] :]


def _split(said: tuple[str, ...], at: set[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the words before the last of those, and the ones behind it."""
    places = [place for place, word in enumerate(said) if word.casefold().strip(":,") in at]
    return (said[: places[-1]], said[places[-1] + 1 :]) if places else (said, ())


COMMANDS: tuple[Command, ...] = (
    command(
        Group.CUSTOMER,
        "assign",
        "NAME to @person",
        Permission.APPROVE,
        phrase("says whose customer it is"),
        "assign Acme Ltd to @ben",
        assign,
    ),
    command(
        Group.POLICY, "workload", "", Permission.VIEW, phrase("shows who has how much to do"), "workload", workload
    ),
    command(
        Group.POLICY,
        "handover",
        "@from to @to",
        Permission.APPROVE,
        phrase("moves all customers of one to another, for good"),
        "handover @anna to @ben",
        hand_over,
    ),
    command(
        Group.SELF,
        "away",
        "[from DAY] until DAY deputy @person | list | end",
        Permission.WORK_QUEUE,
        phrase("lets somebody stand in for you"),
        EXAMPLE,
        away,
        opens=0,
    ),
)

FORMS: Mapping[FormId, Form] = {
    FormId.AWAY: Form(Permission.WORK_QUEUE, submit),
}
