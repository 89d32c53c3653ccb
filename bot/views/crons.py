"""The list of crons, and the form in which one is paused."""

from collections.abc import Mapping, Sequence

from bot import blocks, ids, inputs, text
from bot.blocks import Block, Message
from bot.inputs import Option
from bot.modals import Modal
from domain.kernel.speech import counted, phrase, say
from domain.operations.cron_lists import Standing
from domain.operations.cron_pauses import LONGEST_REASON
from domain.operations.crons import Cron

TERMS: tuple[tuple[str, int], ...] = (
    (phrase("1 hour"), 1),
    (phrase("4 hours"), 4),
    (phrase("1 day"), 24),
    (phrase("3 days"), 72),
    (phrase("7 days"), 168),
)
"""How long a pause may last, by how it is called, in hours."""

EVERY: Mapping[str, str] = {"* * * * *": phrase("each minute")}
"""Schedules that are said in words; the others are shown as they are."""


def listed(standings: Sequence[Standing]) -> Message:
    """Return every cron: late ones first, then paused ones, then the rest in the order of the table."""
    head = _headline(standings)
    order = sorted(standings, key=lambda each: (not each.late, each.pause is None))
    return Message(
        text=head,
        blocks=blocks.listing(
            [blocks.section(f"*{head}*")],
            (_line(each) for each in order),
            most=40,
            tail=[blocks.context(say("Schedules are lines of crontab in UTC. `/plixo cron pause NAME …`"))],
        ),
    )


def _headline(standings: Sequence[Standing]) -> str:
    late, paused = sum(each.late for each in standings), sum(each.pause is not None for each in standings)
    if late:
        return counted("{n} cron is late: nobody ran it", "{n} crons are late: nobody ran them", late)
    if paused:
        return counted("{n} cron is paused", "{n} crons are paused", paused)
    return say("Every cron runs as it should")


def _line(each: Standing) -> Block:
    schedule = say(EVERY[each.cron.schedule]) if each.cron.schedule in EVERY else f"`{each.cron.schedule}`"
    lines = [f"{_light(each)} *{each.cron.name}*  {schedule}  {say(each.cron.does)}", _times(each)]
    if each.pause is not None:
        lines.append(
            say(
                "Paused by {name} until {at}: {reason}",
                name=text.foreign(each.pause.made_by, limit=40),
                at=text.moment(each.pause.until),
                reason=text.foreign(each.pause.reason, limit=150),
            )
        )
    if each.missed and (each.pause is not None or each.late):
        lines.append(
            counted("{n} run was missed; one run catches up.", "{n} runs were missed; one run catches up.", each.missed)
        )
    return blocks.section("\n".join(lines), accessory=_button(each))


def _times(each: Standing) -> str:
    last = text.moment(each.last) if each.last else say("never")
    coming = text.moment(each.next) if each.next else say("never")
    return say("Last {last} · next {next}", last=last, next=coming)


def _light(each: Standing) -> str:
    if each.late:
        return ":red_circle:"
    return ":double_vertical_bar:" if each.pause is not None else ":large_green_circle:"


def _button(each: Standing) -> Block | None:
    value = ids.value(seen=each.cron.name)
    if each.pause is not None:
        label = say("Resume {cron}", cron=each.cron.name)
        return blocks.button(say("Resume"), action=ids.Action.RESUME_CRON, value=value, label=label)
    if each.never:
        return None
    label = say("Pause {cron}", cron=each.cron.name)
    return blocks.button(say("Pause…"), action=ids.Action.PAUSE_CRON, value=value, label=label)


def look() -> Block:
    """Return the button that shows the list."""
    return blocks.button(say("All crons"), action=ids.Action.LIST_CRONS, value=ids.value(), label=say("Show all crons"))


def pause_form(cron: Cron, *, warning: str) -> Modal:
    """Return the form in which somebody pauses a cron, with what stands still meanwhile."""
    terms = [Option(say(called), str(hours)) for called, hours in TERMS]
    warned = [blocks.section(f":warning: {say(warning)}")] if warning else []
    return Modal(
        title=say("Pause a cron"),
        form=ids.FormId.PAUSE_CRON,
        submit=say("Pause"),
        subject=ids.Subject(seen=cron.name),
        blocks=(
            blocks.section(f"*{cron.name}*: {say(cron.does)}"),
            *warned,
            inputs.radio("hours", say("For how long"), terms, initial=terms[0].value),
            inputs.text("reason", say("Why"), lines=True, most=LONGEST_REASON, hint=say("Whoever wonders reads it.")),
        ),
    )
