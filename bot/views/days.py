"""Days: the messages that stand for what came by the hundred on a day, each kept current in place."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from bot import blocks, ids, text
from bot.audience import FULL, Audience
from bot.blocks import Block, Message
from bot.views import kinds
from domain.kernel.speech import counted, number, say
from domain.operations.days import DraftDay, NewsDay, ReminderDay
from domain.operations.noise import Heard


def living(day: ReminderDay, audience: Audience = FULL) -> Message:
    """Return the message of the day's reminders."""
    sent = counted("{n} reminder sent on {day}", "{n} reminders sent on {day}", day.sent, day=day.day)
    whom = counted("to {n} customer", "to {n} customers", day.customers)
    money = ", ".join(audience.money(each) for each in day.open) or say("nothing any more")
    less = (
        *([say("{n} waiting to leave", n=day.waiting)] if day.waiting else ()),
        *([say("{n} not sent, since a guardrail said no", n=day.withheld)] if day.withheld else ()),
        *([say("{n} refused or interrupted", n=day.troubled)] if day.troubled else ()),
    )
    open_now = say("Open on these invoices: {sums}", sums=money)
    return Message(
        text=say("{sent} {whom}; open on them: {sums}", sent=sent, whom=whom, sums=money),
        blocks=(
            blocks.section(f"*{sent}* {whom}\n{open_now}"),
            *([blocks.section(_bullets(less))] if less else ()),
            blocks.context(
                say("Each invoice gets a message of its own as soon as the customer answers, pays or bounces.")
            ),
        ),
    )


def drafts(day: DraftDay, audience: Audience = FULL) -> Message:
    """Return the day's message about the mails that wait for an approval."""
    listing = blocks.button(
        say("Show drafts"),
        action=ids.Action.LIST_DRAFTS,
        value=ids.value(),
        label=say("Show the drafts that wait"),
        primary=True,
    )
    if not day.waiting:
        done = say("No draft waits for an approval any more ({day}).", day=day.day)
        return Message(text=done, blocks=(blocks.section(done),))
    waits = counted("{n} draft waits for an approval", "{n} drafts wait for an approval", day.waiting)
    whom = counted("to {n} customer", "to {n} customers", day.customers)
    money = ", ".join(audience.money(each) for each in day.open) or say("nothing any more")
    open_now = say("Open on these invoices: {sums}", sums=money)
    return Message(
        text=say("{waits}, {whom}; open on them: {sums}", waits=waits, whom=whom, sums=money),
        blocks=(
            blocks.section(f"*{waits}*, {whom}\n{open_now}"),
            blocks.context(" ".join(_of_them(day)) or say("Shadow Mode.")),
            blocks.actions(listing),
        ),
    )


def _of_them(day: DraftDay) -> Iterator[str]:
    """Yield what is to be known of the drafts that wait."""
    why = (
        *([say("{n} high value", n=day.high_value)] if day.high_value else ()),
        *([say("{n} final notice", n=day.final)] if day.final else ()),
    )
    if why:
        yield say("Of them {reasons}.", reasons=", ".join(why))
    if day.oldest:
        yield say("The oldest waits since {since}.", since=text.moment(day.oldest))


def drafts_moved(today: date) -> Message:
    """Return what an earlier day's message about drafts shows from then on."""
    sentence = say("Drafts that wait for an approval are counted in the message of {day}.", day=today)
    return Message(text=sentence, blocks=(blocks.context(sentence),))


def news(
    day: NewsDay, *, called: Mapping[str, str], one_by_one: int, folded: Sequence[Heard] = (), budget: int = 0
) -> Message:
    """Return the day's message about events that came too often to be told one by one.

    *folded* are those that the channel was not told of, as it had heard enough or somebody asked for less of them.
    """
    lines = [f"{number(count)} {say(called[kind])}" for kind, count in day.counts.items() if kind in called]
    enough = [f"{number(each.folded)} × {kinds.named(each.kind)}" for each in folded if each.folded]
    muted = [f"{number(each.muted)} × {kinds.named(each.kind)}" for each in folded if each.muted]
    more = sum(each.folded + each.muted for each in folded)
    head = say("Much came at once on {day}", day=day.day)
    first = [*lines[:3], *([say("{n} more, see `/plixo queue`", n=more)] if more else [])]
    too_many = say("*More than {n} messages an hour*, so counted only", n=budget)
    return Message(
        text=f"{head}: {', '.join(first) or say('see the queue')}",
        blocks=(
            blocks.section(f"*{head}*\n{_bullets(lines or [say('see the queue')])}"),
            *([blocks.section(f"{too_many}\n{_bullets(enough)}")] if enough else ()),
            *([blocks.section(say("*Less of this was asked for here*") + f"\n{_bullets(muted)}")] if muted else ()),
            blocks.context(
                say(
                    "Only the first {n} of a kind within an hour are shown one by one. `/plixo queue` and"
                    " `/plixo radar` have all of them, the most urgent first; `/plixo noise` says what is muted.",
                    n=one_by_one,
                )
            ),
            blocks.actions(radar_button()),
        ),
    )


def radar_button() -> Block:
    """Return the button that shows the promises and instalments that need a look."""
    return blocks.button(
        say("Radar"), action=ids.Action.RADAR, value=ids.value(), label=say("Show the Commitment Radar")
    )


def _bullets(lines: Sequence[str]) -> str:
    return text.listed([f"• {each}" for each in lines])
