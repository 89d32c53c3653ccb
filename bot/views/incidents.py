"""Incidents: the living message of one, the list, the lines of a thread, and the forms."""

from collections.abc import Mapping, Sequence

from bot import blocks, text
from bot.audience import FULL, Audience
from bot.blocks import Block, Message
from bot.views import incident_buttons as buttons
from domain.kernel import sentences
from domain.kernel.speech import counted, phrase, say
from domain.kernel.timeline import Entry
from domain.operations.incident_events import IncidentEvent, IncidentUnowned
from domain.operations.incident_lists import Shown
from domain.operations.incident_rules import MEANINGS, PERSON, Severity

LIGHTS: Mapping[Severity, str] = {
    Severity.P1: ":red_circle:",
    Severity.P2: ":large_orange_circle:",
    Severity.P3: ":large_yellow_circle:",
}

OVER = ":large_green_circle:"

RUNBOOKS = "runbooks"

BRIEF: Mapping[str, str] = {
    "incident.opened": phrase("It began"),
    "incident.reopened": phrase("It came back"),
    "incident.worsened": phrase("It got worse"),
    "incident.eased": phrase("It is less bad than it was taken for"),
    "incident.taken": phrase("Somebody took it"),
    "incident.noted": phrase("Somebody noted something"),
    "incident.unowned": phrase("Nobody has taken it for too long"),
    "incident.over": phrase("It is over"),
}
"""What happened, where everybody in the company may read along."""

SHOWN_HOME = 3
LINES = 20


def living(shown: Shown, audience: Audience = FULL, *, docs: str = "") -> Message:
    """Return the one message of an incident: how bad, since when, what was found, what to do, and in whose hands."""
    head = headline(shown, audience)
    light = OVER if shown.over else LIGHTS[shown.severity]
    parts = [blocks.section(f"{light} *{head}*\n{_found(shown)}")]
    if shown.over:
        parts.append(blocks.context(_ended(shown, audience)))
        return Message(text=f"{head}. {_ended(shown, audience)}", blocks=(*parts, blocks.context(_since(shown))))
    if shown.about is not None:
        lines = [say(shown.about.means), say("What to do: {remedy}", remedy=say(shown.about.remedy))]
        parts.append(blocks.section("\n".join([*lines, runbook(shown, docs)])))
    if shown.blocks:
        parts.append(blocks.section(held(shown, audience)))
    return Message(
        text=f"{head}. {_hands(shown)}",
        blocks=(
            *parts,
            blocks.context(_hands(shown), _since(shown), *_mailed(shown)),
            blocks.actions(*buttons.all_of(shown)),
        ),
    )


def headline(shown: Shown, audience: Audience = FULL) -> str:
    """Return an incident in a few words."""
    about = {"number": str(shown.number), "title": _called(shown, audience)}
    if shown.over:
        return say("Incident {number} is over: {title}", **about)
    return say(
        "Incident {number}, {severity} {meaning}: {title}",
        severity=shown.severity.value,
        meaning=say(MEANINGS[shown.severity]),
        **about,
    )


def runbook(shown: Shown, docs: str) -> str:
    """Return where the runbook stands, as a link where it is known under which address the docs are."""
    assert shown.about is not None, "what a person opened has no runbook"
    if not docs:
        return say("Runbook: `docs/{page}.md#{heading}`", page=RUNBOOKS, heading=shown.about.runbook)
    return f"<{docs.rstrip('/')}/{RUNBOOKS}/#{shown.about.runbook}|{say('Runbook')}>"


def held(shown: Shown, audience: Audience) -> str:
    """Return what waits because payments are blocked."""
    sums = ", ".join(audience.money(each) for each in shown.held_sums) or say("nothing open")
    return counted(
        "Mail that asks to pay waits until it is over: {n} mail over {sums}.",
        "Mail that asks to pay waits until it is over: {n} mails over {sums}.",
        shown.held_mails,
        sums=sums,
    )


def listed(found: Sequence[Shown]) -> Message:
    """Return the incidents that are open, and behind them those that were over a while ago."""
    live = sum(not each.over for each in found)
    head = counted("{n} incident is open", "{n} incidents are open", live) if live else say("No incident is open")
    return Message(
        text=head,
        blocks=blocks.listing(
            [blocks.section(f"*{head}*")],
            (_line(each) for each in found),
            tail=[blocks.actions(buttons.open_one())],
        ),
    )


def one(shown: Shown, history: Sequence[Entry], *, docs: str = "") -> Message:
    """Return an incident with its history, seen by one person."""
    drawn = living(shown, docs=docs)
    lines = [blocks.section(_told(each, FULL)) for each in reversed(history)]
    told = blocks.listing([*drawn.blocks, blocks.divider()], lines, most=LINES)
    return Message(text=drawn.text, blocks=told)


def in_thread(entries: Sequence[Entry], audience: Audience, *, mentions: Sequence[str] = ()) -> Message:
    """Return the lines of an incident's thread; whoever may take it is called when nobody has."""
    called = "".join(text.mention(each) for each in mentions)
    lines = [blocks.section(_told(each, audience)) for each in entries]
    last = entries[-1].event
    assert isinstance(last, IncidentEvent), "the thread of an incident has nothing else"
    head = say("Incident {number}", number=str(last.number))
    return Message(
        text=f"{head}: {_sentence(last, audience)}",
        blocks=blocks.listing([blocks.section(called)] if called else [], lines, most=LINES),
    )


def missed(found: Sequence[Shown], audience: Audience = FULL) -> Message:
    """Return the one message about incidents that came and went while Slack could not be told."""
    head = counted(
        "{n} incident came and went while Slack took nothing from us",
        "{n} incidents came and went while Slack took nothing from us",
        len(found),
    )
    lines = [f"• {headline(each, audience)}. {_ended(each, audience)}" for each in found]
    return Message(text=head, blocks=(blocks.section(f"*{head}*"), blocks.section(text.listed(lines, most=8))))


def home(found: Sequence[Shown]) -> Sequence[Block]:
    """Return the part of App Home: what is wrong now, above everything else."""
    if not found:
        return []
    lines = [f"{LIGHTS[each.severity]} *{headline(each)}*\n{_hands(each)}" for each in found]
    shown = text.listed(lines, most=SHOWN_HOME)
    return [blocks.section(shown, accessory=buttons.look())]


def worth_telling(entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries that a thread tells: of several times that nobody had taken it, the last."""
    nags = [each for each in entries if isinstance(each.event, IncidentUnowned)]
    return [each for each in entries if not isinstance(each.event, IncidentUnowned) or each is nags[-1]]


def _called(shown: Shown, audience: Audience) -> str:
    if shown.cause == PERSON and audience.brief:
        return say("what a person saw")
    return text.foreign(shown.called, limit=150)


def _found(shown: Shown) -> str:
    return "\n".join(text.said(each.told(), limit=300) for each in shown.signals) or say(
        "Opened by {name}.", name=text.foreign(shown.opened_by, limit=40)
    )


def _hands(shown: Shown) -> str:
    if shown.owner is None:
        return say("Nobody has taken it yet.")
    return say("In the hands of {name}.", name=text.foreign(shown.owner, limit=40))


def _since(shown: Shown) -> str:
    since = say("Since {at}.", at=text.moment(shown.opened_at))
    if not shown.reopened:
        return since
    return f"{since} {counted('It came back {n} time.', 'It came back {n} times.', shown.reopened)}"


def _ended(shown: Shown, audience: Audience) -> str:
    at = text.moment(shown.over_at or shown.opened_at)
    if audience.brief:
        return say("Over since {at}.", at=at)
    told = say(
        "Over since {at}, by {name}: {reason}.",
        at=at,
        name=text.who(shown.over_by or ""),
        reason=text.said(sentences.said(shown.outcome), limit=300).rstrip("."),
    )
    if not shown.held_mails:
        return told
    sums = ", ".join(audience.money(each) for each in shown.held_sums) or say("nothing open")
    leaves = counted(
        "{n} mail over {sums} leaves now.", "{n} mails over {sums} leave now.", shown.held_mails, sums=sums
    )
    return f"{told} {leaves}"


def _mailed(shown: Shown) -> list[str]:
    if shown.mail_waits:
        return [counted("{n} letter to managers waits for the relay.", "{n} letters to managers wait for the relay.",
                        shown.mail_waits)]  # fmt: skip
    return [counted("{n} manager was mailed.", "{n} managers were mailed.", shown.mailed)] if shown.mailed else []


def _line(shown: Shown) -> Block:
    light = OVER if shown.over else LIGHTS[shown.severity]
    second = _ended(shown, FULL) if shown.over else f"{_hands(shown)} {_since(shown)}"
    return blocks.section(f"{light} *{headline(shown)}*\n{second}", accessory=buttons.show(shown))


def _told(entry: Entry, audience: Audience) -> str:
    event = entry.event
    by = text.who(event.actor)
    return f"{_sentence(event, audience)}. _{by}, {text.moment(event.at)}_"


def _sentence(event: object, audience: Audience) -> str:
    assert isinstance(event, IncidentEvent), "an incident's history has nothing else"
    if audience.brief:  # notes and titles are people's own words
        return say(BRIEF[event.kind])
    return text.said(event.told(), limit=1_200).rstrip(".")
