"""A digest in Slack: what happened, what waits with its buttons, what is open by age in words."""

from collections.abc import Iterator, Mapping
from html import unescape
from uuid import UUID

from bot import blocks, ids, text
from bot.blocks import Block, Message
from bot.views import piles
from domain.deliverability.operator_mail_events import OperatorMailDeclined, OperatorMailFailed
from domain.kernel.speech import say
from domain.operations import digest_words
from domain.operations.digest_contents import Digest
from domain.operations.digest_words import Part, Topic
from domain.operations.reports.reports import Kind

LONGEST = 2_900
"""Characters of one part; Slack takes three thousand."""


def digest(told: Digest) -> Message:
    """Return a digest, or that there is nothing to tell."""
    title = digest_words.title(told)
    if told.is_empty:
        sentence = say("{title}: nothing happened, and nothing waits for you.", title=title)
        return Message(text=sentence, blocks=(blocks.section(sentence), _buttons(told)))
    parts = digest_words.parts(told, named=text.foreign)
    shown = [block for part in parts if part.topic is not Topic.DECISIONS for block in _part(part)]
    return Message(
        text=f"{title}. {parts[0].title}: {parts[0].lines[0]}",
        blocks=(
            blocks.section(f"*{title}*"),
            *shown,
            *piles.decisions(told),
            *piles.answers(told),
            _buttons(told),
            blocks.context(say("Formulas: docs/reports.md. The picture: `/plixo ageing chart`.")),
        ),
    )


def not_mailed(event: OperatorMailFailed | OperatorMailDeclined) -> Message:
    """Return that a digest did not arrive by mail, or is not wanted there, and how it is mailed again."""
    sentence = text.said(f"{event.told()}.")
    hint = say("To get it by mail: `/plixo settings address you@company.example`, then `/plixo settings digest both`.")
    settings = blocks.button(
        say("Settings"), action=ids.Action.SETTINGS, value=ids.value(), label=say("Change your settings")
    )
    return Message(
        text=sentence,
        blocks=(blocks.section(sentence), blocks.actions(settings), blocks.context(hint)),
    )


def report_of(kind: Kind) -> str:
    """Return how a button names a report."""
    return f"report {kind}"


def _part(part: Part) -> Iterator[Block]:
    """Yield a part with the list behind it, and below it each line that is about one thing with the way there."""
    whole = len(part.lines) - len(part.about)
    lines = "\n".join(part.lines[:whole])
    yield blocks.section(
        f"*{part.title}*\n{lines if len(lines) < LONGEST else lines[:LONGEST].rpartition(chr(10))[0]}".strip(),
        accessory=_list_behind(part),
    )
    for line, about in zip(part.lines[whole:], part.about, strict=True):
        yield blocks.section(line[:LONGEST], accessory=_way(part.topic, line, about))


def _way(topic: Topic, line: str, about: UUID) -> Block:
    """Return the button that leads to what a line is about."""
    action, subject = _WAYS[topic]
    label = say("Show {name}", name=text.plain(unescape(line), limit=50))
    return blocks.button(say("Show"), action=action, value=ids.value(**{subject: about}), label=label)


_WAYS: Mapping[Topic, tuple[ids.Action, str]] = {
    Topic.EXPOSURES: (ids.Action.SHOW_ACCOUNT, "account"),
    Topic.PROMISES: (ids.Action.SHOW, "invoice_id"),
    Topic.DISPUTES: (ids.Action.SHOW_DISPUTE, "dispute"),
}
"""Where a line of a part leads, and which part of a button's value names it."""


_LISTS: Mapping[Topic, tuple[ids.Action, str]] = {
    Topic.MONEY: (ids.Action.HOME_LIST, report_of(Kind.COLLECTED)),
    Topic.PROMISES: (ids.Action.RADAR, ""),
    Topic.DISPUTES: (ids.Action.HOME_LIST, "disputes"),
    Topic.INCIDENTS: (ids.Action.LIST_INCIDENTS, ""),
    Topic.HELD: (ids.Action.HOME_LIST, report_of(Kind.HELD)),
    Topic.WEEK: (ids.Action.HOME_LIST, report_of(Kind.WEEKLY)),
    Topic.MAIL: (ids.Action.HOME_LIST, report_of(Kind.DELIVERY)),
    Topic.PORTAL: (ids.Action.HOME_LIST, report_of(Kind.PORTAL)),
    Topic.EXPOSURES: (ids.Action.HOME_LIST, report_of(Kind.EXPOSURES)),
    Topic.AGEING: (ids.Action.HOME_LIST, report_of(Kind.AGEING)),
    Topic.NOISE: (ids.Action.HOME_LIST, "noise"),
}
"""What stands behind the figures of each part; decisions have buttons of their own."""


def _list_behind(part: Part) -> Block:
    """Return the button that opens the list behind a part."""
    action, named = _LISTS[part.topic]
    return blocks.button(
        say("Look"),
        action=action,
        value=ids.value(seen=named) if named else ids.value(),
        label=say("Look at the list: {title}", title=part.title),
    )


def _buttons(told: Digest) -> Block:
    buttons = [
        blocks.button(say("Settings"), action=ids.Action.SETTINGS, value=ids.value(), label=say("Change your settings"))
    ]
    if told.promises:
        buttons.insert(0, _look(say("Radar"), ids.Action.RADAR, say("Show the Commitment Radar")))
    if told.held.gates:
        buttons.insert(0, _look(say("Readiness"), ids.Action.SHOW_READINESS, say("Show the board of readiness")))
    return blocks.actions(*buttons)


def _look(words: str, action: ids.Action, label: str) -> Block:
    return blocks.button(words, action=action, value=ids.value(), label=label)
