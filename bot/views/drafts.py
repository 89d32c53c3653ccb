"""Drafts as the operators see them: the list, and one with the proof that an approver needs."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from bot import blocks, ids, inputs, text
from bot.blocks import Block, Confirmation, Message
from bot.modals import Modal
from bot.views import answers
from bot.views import reasons as why
from domain.deliverability.draft_events import LetterApproved, LetterCalledBack
from domain.operations import short_ids
from domain.outreach.draft_lists import Draft, Drafts, DraftShown
from domain.outreach.drafts import ApprovedMany

INVOICES_SHOWN = 8

LONGEST_SUBJECT = 200


def listed(drafts: Drafts) -> Message:
    """Return the drafts that have waited longest."""
    if not drafts.total:
        sentence = "No draft waits for an approval."
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = f"{drafts.total} {'draft waits' if drafts.total == 1 else 'drafts wait'} for an approval, the oldest first."
    return Message(
        text=head,
        blocks=blocks.listing(
            [blocks.section(f"*{head}*")],
            map(_line, drafts.drafts),
            total=drafts.total,
            tail=[blocks.context("Several at once: `/plixo approve ID ID …`; not sent: `/plixo reject ID reason…`")],
            hint="; they move up as these are decided",
        ),
    )


def card(shown: DraftShown, *, short: str, changed: Sequence[str] = (), replaces: bool = False) -> Message:
    """Return one draft with the letter as it would leave now, why it waits, and what has changed since it was shown."""
    draft = shown.draft
    head = _head(draft)
    news = [f"• {text.said(each, limit=200)}" for each in changed]
    left_out = [f"• {text.said(each, limit=200)}" for each in draft.not_asked]
    return Message(
        text=f"Draft {short}: {head}",
        blocks=(
            *(
                [blocks.section(f"*It changed since you looked; nothing was approved.*\n{text.listed(news)}")]
                if news
                else ()
            ),
            blocks.section(f"*{head}*\n{_why(draft)}"),
            *([blocks.section(f"*Not asked for in it*\n{text.listed(left_out, most=5)}")] if left_out else ()),
            blocks.section(f"*{text.foreign(shown.letter.subject, limit=200)}*\n{text.quoted(shown.letter.text)}"),
            blocks.context(_made(draft, short)),
            _decisions(draft, short),
        ),
        replaces=replaces,
    )


def approved(event: LetterApproved, *, replaces: bool = False) -> Message:
    """Return the answer to an approval: until when it can be called back, and how."""
    short = short_ids.short(event.mailing_id)
    sentence = f"{text.foreign(event.invoice_number)}: {text.said(event.told())} by you."
    return Message(
        text=sentence,
        blocks=(
            blocks.section(sentence),
            blocks.context(
                f"It leaves from {text.moment(event.leaves_at)} on, when nothing speaks against it. Until then:"
                f" Undo, or `/plixo undo {short}`"
            ),
            blocks.actions(undo(event.mailing_id), others()),
        ),
        replaces=replaces,
    )


def approved_many(outcome: ApprovedMany) -> Message:
    """Return what became of several approvals."""
    done, refused = len(outcome.approved), len(outcome.refused)
    head = f"{done} approved" + (f", {refused} not" if refused else "")
    lines = [
        f"• `{short_ids.short(each.mailing_id)}` {text.foreign(each.invoice_number)}:"
        f" {text.said(each.told(), limit=160)}"
        for each in outcome.approved
    ]
    lines += [f"• `{short_ids.short(mailing)}` not: {text.said(why, limit=200)}" for mailing, why in outcome.refused]
    return Message(
        text=f"{head}.",
        blocks=(
            blocks.section(f"*{head}*\n{text.listed(lines, most=20)}"),
            blocks.context("Within the next moments each can be called back: `/plixo undo ID`"),
        ),
    )


def called_back(event: LetterCalledBack, *, replaces: bool = False) -> Message:
    """Return the answer to an undo."""
    return answers.done(event, _open(event.mailing_id, event.invoice_number), replaces=replaces)


def reject_form(draft: Draft, *, reasons: Mapping[str, str]) -> Modal:
    """Return the form in which somebody says why a draft is not sent."""
    return why.form(
        ids.FormId.REJECT_DRAFT,
        ids.Subject(mailing=draft.mailing_id),
        title="Reject the draft",
        head=f"*{_head(draft)}*",
        label="Why is it not sent?",
        hint="Its steps count as done, and the next ones go on. The reason stands in the timeline.",
        quick=reasons,
    )


def edit_form(shown: DraftShown) -> Modal | Message:
    """Return the form in which a letter's own words are written anew."""
    draft, letter = shown.draft, shown.letter
    if len(letter.words) > inputs.TEXT_LIMIT:
        return answers.said(
            f"Its text is too long for a form of Slack: {len(letter.words):,} characters. It can be edited in the"
            f" shell: plixo draft edit {draft.mailing_id}"
        )
    return Modal(
        title="Edit the letter",
        form=ids.FormId.EDIT_DRAFT,
        submit="Save",
        subject=ids.Subject(mailing=draft.mailing_id, seen=draft.wording),
        blocks=(
            blocks.section(f"*{_head(draft)}*"),
            inputs.text("subject", "Subject", initial=letter.subject, most=LONGEST_SUBJECT),
            inputs.text(
                "body",
                "Text",
                initial=letter.words,
                lines=True,
                hint="Greeting, invoices, amounts and payment links are set around it whatever you write. "
                "Leave links out. Somebody else has to approve it then.",
            ),
        ),
    )


def undo(mailing_id: UUID) -> Block:
    """Return the button that calls an approved mail back."""
    return blocks.button(
        "Undo",
        action=ids.Action.UNDO_DRAFT,
        value=ids.value(mailing=mailing_id),
        label="Call the mail back before it leaves",
    )


def others() -> Block:
    """Return the button that lists what else waits."""
    return blocks.button(
        "Other drafts", action=ids.Action.LIST_DRAFTS, value=ids.value(), label="Show what else waits for an approval"
    )


def _head(draft: Draft) -> str:
    return f"{_letter(draft)} to {text.foreign(draft.sent_to)}, {text.foreign(draft.account_name)}: {_money(draft)}"


def _line(draft: Draft) -> Block:
    short = short_ids.short(draft.mailing_id)
    needs = ", ".join(text.said(each, limit=60) for each in draft.needs)
    return blocks.section(
        f"`{short}`  *{text.foreign(draft.account_name)}*  {_money(draft)}\n"
        f"{_letter(draft)} to {text.foreign(draft.sent_to)}, since {text.moment(draft.since)}\n_{needs or 'returned'}_",
        accessory=_open(draft.mailing_id, draft.account_name),
    )


def _open(mailing_id: UUID, about: str) -> Block:
    return blocks.button(
        "Open",
        action=ids.Action.SHOW_DRAFT,
        value=ids.value(mailing=mailing_id),
        label=f"Open the draft to {text.plain(about, limit=50)}",
    )


def _letter(draft: Draft) -> str:
    return draft.letter.replace("-", " ").capitalize()


def _money(draft: Draft) -> str:
    return ", ".join(str(each) for each in draft.amounts) or "nothing is asked for"


def _why(draft: Draft) -> str:
    shown = [text.foreign(each, limit=40) for each in draft.invoices[:INVOICES_SHOWN]]
    more = len(draft.invoices) - len(shown)
    numbers = ", ".join(shown) + (f" … +{more} more" if more > 0 else "")
    needs = ", ".join(text.said(each, limit=80) for each in draft.needs) or "it was given back to a person"
    return f"About {numbers or 'no invoice any more'}\nDue: {text.said(draft.why, limit=200)}\nNeeds a person: {needs}"


def _made(draft: Draft, short: str) -> str:
    edited = f", edited by {text.foreign(draft.edited_by, limit=40)}" if draft.edited_by else ""
    return (
        f"Draft `{short}`, made by {text.foreign(draft.made_by, limit=40)}{edited}, {text.moment(draft.since)}."
        " The link is made when it leaves."
    )


def _decisions(draft: Draft, short: str) -> Block:
    approve = blocks.button(
        "Approve and send",
        action=ids.Action.APPROVE_DRAFT,
        value=ids.value(mailing=draft.mailing_id, seen=draft.version),
        label=f"Approve and send draft {short}",
        primary=True,
        confirm=Confirmation(
            title="Send this mail?",
            question=f"{_letter(draft)} over {_money(draft)} to {text.plain(draft.sent_to)}. For a moment it can be"
            " called back.",
            yes="Approve and send",
        ),
    )
    value = ids.value(mailing=draft.mailing_id)
    edit = blocks.button("Edit…", action=ids.Action.EDIT_DRAFT, value=value, label=f"Edit the words of draft {short}")
    reject = blocks.button("Reject…", action=ids.Action.REJECT_DRAFT, value=value, label=f"Reject draft {short}")
    return blocks.actions(approve, edit, reject)
