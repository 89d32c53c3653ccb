"""Drafts as the operators see them: the list, and one with the proof that an approver needs."""

from collections.abc import Sequence
from uuid import UUID

from bot import blocks, ids, text
from bot.blocks import Block, Confirmation, Message, Then
from bot.views import answers, draft_lines
from bot.views.draft_lines import WAITS
from domain.deliverability.draft_events import LetterApproved, LetterCalledBack
from domain.kernel import sentences
from domain.kernel.speech import counted, say
from domain.operations import short_ids
from domain.outreach import drafts as acts
from domain.outreach.draft_lists import Draft, Drafts, DraftShown
from domain.outreach.drafts import Approval, ApprovedMany

INVOICES_SHOWN = 8

MOST_SUMS = 4
"""Currencies that a question names."""


def listed(drafts: Drafts) -> Message:
    """Return the drafts that have waited longest, with a button that approves those that are shown and ready."""
    if not drafts.total:
        sentence = say("No draft waits for an approval.")
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = counted(
        "{n} draft waits for an approval, the oldest first.",
        "{n} drafts wait for an approval, the oldest first.",
        drafts.total,
    )
    fitting = _listing(head, drafts, drafts.drafts)
    shown = drafts.drafts[: sum("accessory" in each for each in fitting)]
    return Message(text=head, blocks=_listing(head, drafts, shown))


def card(
    shown: DraftShown, *, short: str, changed: Sequence[str] = (), news: str = "", replaces: bool = False
) -> Message:
    """Return one draft with the letter as it would leave now, why it waits, and what has changed since it was shown.

    Args:
        shown: The draft.
        short: What people type for it.
        changed: What is otherwise than what an approver looked at, so that nothing was approved.
        news: What was just done with it.
        replaces: Whether it takes the place of the answer with the button that brought it.
    """
    draft = shown.draft
    head = draft_lines.head(draft)
    why = [f"• {text.said(sentences.said(each), limit=200)}" for each in changed]
    left_out = [f"• {text.said(sentences.said(each), limit=200)}" for each in draft.not_asked]
    stale = say("It changed since you looked; nothing was approved.")
    return Message(
        text=say("Draft {short}: {head}", short=short, head=head),
        blocks=(
            *([blocks.section(f"*{text.said(news)}*")] if news else ()),
            *([blocks.section(f"*{stale}*\n{text.listed(why)}")] if why else ()),
            blocks.section(f"*{head}*\n{_why(draft)}"),
            *([blocks.section(f"*{say('Not asked for in it')}*\n{text.listed(left_out, most=5)}")] if left_out else ()),
            blocks.section(f"*{text.foreign(shown.letter.subject, limit=200)}*\n{text.quoted(shown.letter.text)}"),
            blocks.context(_made(draft, short)),
            *_decisions(draft, short),
        ),
        replaces=replaces,
    )


def approved(event: LetterApproved, *, replaces: bool = False) -> Message:
    """Return the answer to an approval: until when it can be called back, and how."""
    short = short_ids.short(event.mailing_id)
    sentence = say(
        "{number}: {letter} to {whom} approved by you.",
        number=text.foreign(event.invoice_number),
        letter=draft_lines.letter(event.letter),
        whom=text.foreign(event.sent_to),
    )
    until = say(
        "It leaves from {at} on, when nothing speaks against it. Until then: Undo, or {command}",
        at=text.moment(event.leaves_at),
        command=f"`/plixo undo {short}`",
    )
    later = Then(
        event.leaves_at - event.at + acts.REDRAWN_AFTER, ids.Action.SHOW_APPROVED, ids.value(mailing=event.mailing_id)
    )
    return Message(
        text=sentence,
        blocks=(
            blocks.section(sentence),
            blocks.context(until),
            blocks.actions(undo(event.mailing_id), others()),
        ),
        replaces=replaces,
        then=later,
    )


def over(approval: Approval) -> Message:
    """Return what is left to say of an approval that cannot be called back any more, in the place of the answer."""
    if approval.may_be_undone:  # by a colleague, who approved it anew: the answer to that one says so
        sentence = say("The mail was approved anew and may still be called back.")
        return Message(text=sentence, blocks=(blocks.section(sentence), blocks.actions(undo(approval.mailing_id))))
    sentence = say(
        "{number}: {letter} to {whom} was approved, and cannot be called back any more.",
        number=text.foreign(approval.invoice_number),
        letter=draft_lines.letter(approval.letter),
        whom=text.foreign(approval.sent_to),
    )
    return Message(
        text=sentence,
        blocks=(
            blocks.section(sentence),
            blocks.context(say("Now: {state}", state=draft_lines.state(approval.state))),
            blocks.actions(others()),
        ),
        replaces=True,
    )


def approved_many(outcome: ApprovedMany, *, replaces: bool = False) -> Message:
    """Return what became of several approvals."""
    done, refused = len(outcome.approved), len(outcome.refused)
    head = say("{done} approved, {refused} not", done=done, refused=refused) if refused else say("{n} approved", n=done)
    lines = [
        f"• `{short_ids.short(each.mailing_id)}` {text.foreign(each.invoice_number)}:"
        f" {text.said(each.told(), limit=160)}"
        for each in outcome.approved
    ]
    lines += [
        f"• {say('{id} not: {why}', id=f'`{short_ids.short(mailing)}`', why=text.said(why, limit=200))}"
        for mailing, why in outcome.refused
    ]
    undone = say("Within the next moments each can be called back: `/plixo undo ID`")
    return Message(
        text=f"{head}.",
        blocks=(
            blocks.section(f"*{head}*\n{text.listed(lines, most=20)}"),
            *([blocks.context(undone)] if done else ()),
            blocks.actions(others()),
        ),
        replaces=replaces,
    )


def called_back(event: LetterCalledBack, *, replaces: bool = False) -> Message:
    """Return the answer to an undo."""
    return answers.done(event, draft_lines.open_(event.mailing_id, event.invoice_number), replaces=replaces)


def undo(mailing_id: UUID) -> Block:
    """Return the button that calls an approved mail back."""
    return blocks.button(
        say("Undo"),
        action=ids.Action.UNDO_DRAFT,
        value=ids.value(mailing=mailing_id),
        label=say("Call the mail back before it leaves"),
    )


def others() -> Block:
    """Return the button that lists what else waits."""
    return blocks.button(
        say("Other drafts"),
        action=ids.Action.LIST_DRAFTS,
        value=ids.value(),
        label=say("Show what else waits for an approval"),
    )


def _listing(head: str, drafts: Drafts, shown: Sequence[Draft]) -> tuple[Block, ...]:
    how = say("Several at once: `/plixo approve ID ID …`; not sent: `/plixo reject ID reason…`")
    return blocks.listing(
        [blocks.section(f"*{head}*")],
        map(draft_lines.line, shown),
        total=drafts.total,
        tail=[*_all_shown(shown), blocks.context(how)],
        hint=say("; they move up as these are decided"),
    )


def _all_shown(shown: Sequence[Draft]) -> tuple[Block, ...]:
    """Return the button that approves those of the shown drafts that are ready, where there are several."""
    ready = [each for each in shown if each.is_ready]
    if len(ready) < 2:
        return ()
    sums = ", ".join(draft_lines.sums([amount for each in ready for amount in each.amounts])[:MOST_SUMS])
    asked = say("They ask for {sums}. Each is judged by itself, and for a moment each can be called back.", sums=sums)
    rest = len(shown) - len(ready)
    if rest:
        left_out = counted(
            "{n} other is left out: it waits for another person, or has changed.",
            "{n} others are left out: they wait for another person, or have changed.",
            rest,
        )
        asked = f"{asked} {left_out}"
    text_ = counted("Approve {n} of those shown", "Approve {n} of those shown", len(ready))
    button = blocks.button(
        text_ if rest else say("Approve all shown"),
        action=ids.Action.APPROVE_DRAFTS,
        value=ids.value(drafts=ids.together([(each.mailing_id, each.version) for each in ready])),
        label=counted("Approve {n} draft", "Approve {n} drafts", len(ready)),
        confirm=Confirmation(
            title=counted("Send {n} mail?", "Send {n} mails?", len(ready)), question=asked, yes=say("Approve and send")
        ),
    )
    return (blocks.actions(button),)


def _why(draft: Draft) -> str:
    shown = [text.foreign(each, limit=40) for each in draft.invoices[:INVOICES_SHOWN]]
    more, numbers = len(draft.invoices) - len(shown), ", ".join(shown)
    if more > 0:
        numbers = say("{numbers} … +{n} more", numbers=numbers, n=more)
    needs = ", ".join(text.said(sentences.said(each), limit=80) for each in draft.needs)
    return "\n".join([
        say("About {numbers}", numbers=numbers) if numbers else say("About no invoice any more"),
        say("Due: {why}", why=text.said(sentences.said(draft.why), limit=200)),
        say("Needs a person: {needs}", needs=needs or say("it was given back to a person")),
    ])  # fmt: skip


def _made(draft: Draft, short: str) -> str:
    told = {
        "id": f"`{short}`",
        "maker": text.foreign(draft.made_by, limit=40),
        "since": text.moment(draft.since),
    }
    if not draft.edited_by:
        return say("Draft {id}, made by {maker}, {since}. The link is made when it leaves.", **told)
    return say(
        "Draft {id}, made by {maker}, edited by {editor}, {since}. The link is made when it leaves.",
        editor=text.foreign(draft.edited_by, limit=40),
        **told,
    )


def _decisions(draft: Draft, short: str) -> tuple[Block, ...]:
    """Return what can be decided; who made or edited the draft hears that another person approves it."""
    value = ids.value(mailing=draft.mailing_id)
    edit, label = say("Edit…"), say("Edit the words of draft {id}", id=short)
    ways = [
        blocks.button(edit, action=ids.Action.EDIT_DRAFT, value=value, label=label),
        blocks.button(
            say("Reject…"), action=ids.Action.REJECT_DRAFT, value=value, label=say("Reject draft {id}", id=short)
        ),
    ]
    if draft.own:
        return (blocks.context(f"*{say(WAITS[draft.own])}*"), blocks.actions(*ways))
    question = say(
        "{letter} over {sums} to {whom}. For a moment it can be called back.",
        letter=draft_lines.letter(draft.letter),
        sums=draft_lines.money(draft),
        whom=text.plain(draft.sent_to),
    )
    approve = blocks.button(
        say("Approve and send"),
        action=ids.Action.APPROVE_DRAFT,
        value=ids.value(mailing=draft.mailing_id, seen=draft.version),
        label=say("Approve and send draft {id}", id=short),
        primary=True,
        confirm=Confirmation(title=say("Send this mail?"), question=question, yes=say("Approve and send")),
    )
    return (blocks.actions(approve, *ways),)
