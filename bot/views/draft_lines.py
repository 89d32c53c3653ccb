"""What a draft is called, over how much it is, and its line in the list."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from bot import blocks, ids, text
from bot.blocks import Block
from bot.views import letters, states
from domain.kernel import sentences, speech
from domain.kernel.money import Money
from domain.kernel.speech import phrase, say
from domain.operations import short_ids
from domain.outreach.draft_editors import Own
from domain.outreach.draft_lists import Draft

WAITS: Mapping[Own, str] = {
    Own.MADE: phrase("It waits for another person, since you made it."),
    Own.EDITED: phrase("It waits for another person, since you edited it."),
}
"""Why somebody sees no button that approves."""


def head(draft: Draft) -> str:
    """Return which letter it is, to whom, and over how much."""
    return say(
        "{letter} to {whom}, {customer}: {sums}",
        letter=letter(draft.letter),
        whom=text.foreign(draft.sent_to),
        customer=text.foreign(draft.account_name),
        sums=money(draft),
    )


def line(draft: Draft) -> Block:
    """Return a draft in the list, with the button that opens it."""
    needs = ", ".join(text.said(sentences.said(each), limit=60) for each in draft.needs) or say("returned")
    to = say(
        "{letter} to {whom}, since {since}",
        letter=letter(draft.letter),
        whom=text.foreign(draft.sent_to),
        since=text.moment(draft.since),
    )
    lines = [
        f"`{short_ids.short(draft.mailing_id)}`  *{text.foreign(draft.account_name)}*  {money(draft)}",
        to,
        f"_{needs}_",
        *([f"*{say(WAITS[draft.own])}*"] if draft.own else ()),
        *([say("It has changed since it was first shown: open it.")] if draft.changes and not draft.own else ()),
    ]
    return blocks.section("\n".join(lines), accessory=open_(draft.mailing_id, draft.account_name))


def open_(mailing_id: UUID, about: str) -> Block:
    """Return the button that opens a draft."""
    return blocks.button(
        say("Open"),
        action=ids.Action.SHOW_DRAFT,
        value=ids.value(mailing=mailing_id),
        label=say("Open the draft to {customer}", customer=text.plain(about, limit=50)),
    )


def letter(name: str) -> str:
    """Return what a letter is called, as the beginning of a line."""
    return states.capital(letters.named(name))


def state(code: str) -> str:
    """Return how it stands with a mail."""
    return states.of_mail(code)


def money(draft: Draft) -> str:
    """Return what a draft asks for."""
    return ", ".join(speech.amount(each) for each in draft.amounts) or say("nothing is asked for")


def sums(amounts: Sequence[Money]) -> list[str]:
    """Return the amounts added up, a sum for each currency."""
    found: dict[str, Money] = {}
    for each in amounts:
        found[each.currency] = found[each.currency] + each if each.currency in found else each
    return [speech.amount(each) for each in found.values()]
