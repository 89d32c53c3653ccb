"""The forms about a draft: why it is not sent, and its words and recipient as somebody writes them anew."""

from collections.abc import Mapping, Sequence

from bot import blocks, ids, inputs, text
from bot.blocks import Message
from bot.inputs import Option
from bot.modals import Modal
from bot.views import answers, draft_lines
from bot.views import reasons as why
from domain.kernel.speech import phrase, say
from domain.outreach.draft_edits import LONGEST_SUBJECT, Recipient
from domain.outreach.draft_lists import Draft, DraftShown

TO = "to"
"""The field in which the recipient is chosen."""

ROLES = {"billing": phrase("billing"), "escalation": phrase("escalation"), "other": phrase("other")}


def reject(draft: Draft, *, reasons: Mapping[str, str]) -> Modal:
    """Return the form in which somebody says why a draft is not sent."""
    return why.form(
        ids.FormId.REJECT_DRAFT,
        ids.Subject(mailing=draft.mailing_id),
        title=say("Reject the draft"),
        head=f"*{draft_lines.head(draft)}*",
        label=say("Why is it not sent?"),
        hint=say("Its steps count as done, and the next ones go on. The reason stands in the timeline."),
        quick=reasons,
    )


def edit(shown: DraftShown, recipients: Sequence[Recipient]) -> Modal | Message:
    """Return the form in which a letter's own words are written anew, and another recipient is chosen."""
    draft, letter = shown.draft, shown.letter
    if len(letter.words) > inputs.TEXT_LIMIT:
        return answers.said(
            say(
                "Its text is too long for a form of Slack: {n} characters. It can be edited in the shell: {command}",
                n=len(letter.words),
                command=f"plixo draft edit {draft.mailing_id}",
            )
        )
    chosen = next((str(each.contact_id) for each in recipients if each.chosen), "")
    people = [Option(_recipient(each), str(each.contact_id)) for each in recipients]
    hint = say(
        "Greeting, invoices, amounts and payment links are set around it whatever you write. "
        "Leave links out. Somebody else has to approve it then."
    )
    return Modal(
        title=say("Edit the letter"),
        form=ids.FormId.EDIT_DRAFT,
        submit=say("Save"),
        subject=ids.Subject(mailing=draft.mailing_id, seen=draft.wording),
        blocks=(
            blocks.section(f"*{draft_lines.head(draft)}*"),
            *([inputs.select(TO, say("To"), people, initial=chosen)] if len(people) > 1 else ()),
            inputs.text("subject", say("Subject"), initial=letter.subject, most=LONGEST_SUBJECT),
            inputs.text("body", say("Text"), initial=letter.words, lines=True, hint=hint),
        ),
    )


def _recipient(each: Recipient) -> str:
    role = say(ROLES[each.role]) if each.role in ROLES else each.role
    who = f"{each.name}, {each.address}" if each.name else each.address
    return text.plain(f"{who} ({role})", limit=inputs.OPTION_LIMIT)
