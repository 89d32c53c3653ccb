"""Drafts: list what waits for an approval, show the proof, edit, approve, reject, call back."""

from collections.abc import Mapping
from uuid import UUID

from bot import asks, entered, ids, reasons
from bot.asks import Ask, Filled, Misunderstood, Press
from bot.blocks import Message
from bot.ids import Action, FormId
from bot.routes import Answer, Command, Form, Group, Route, command
from bot.views import answers
from bot.views import draft_forms as forms
from bot.views import drafts as views
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.operations import short_ids
from domain.operations.short_ids import Waiting
from domain.outreach import draft_edits, draft_lists, drafts
from domain.outreach.refusals import DraftOutdated, RecipientRefused, UndoTooLate

REASONS: Mapping[str, str] = {
    "moment": phrase("not the right moment"),
    "person": phrase("a person handles it"),
    "recipient": phrase("the wrong recipient"),
    "amount": phrase("the amount is not right"),
}
"""Reasons that can be given by a click, as they are kept."""


async def show(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo draft``: the list, or with an id the one draft with its letter."""
    if not ask.words or ask.words[0].casefold() == "list":
        return await _listed(core, ask.actor)
    mailing_id = await short_ids.resolve(core, what=Waiting.DRAFT, text=ask.words[0])
    return await _card(core, mailing_id, ask.actor)


async def approve(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo approve ID…``; each is approved by itself.

    Raises:
        Misunderstood: No id was given, or too many.
    """
    if not ask.words:
        raise Misunderstood(say("Which draft? `/plixo draft` lists them, for example `/plixo approve 1a2b3c4d`."))
    if len(ask.words) > asks.MOST_IDS:
        raise Misunderstood(say("At most {n} at a time, so that each is looked at.", n=asks.MOST_IDS))
    found = [await short_ids.resolve(core, what=Waiting.DRAFT, text=each) for each in ask.words]
    if len(found) == 1:
        return views.approved(await drafts.approve(core, mailing_id=found[0], actor=ask.actor))
    return views.approved_many(await drafts.approve_many(core, mailing_ids=found, actor=ask.actor))


async def reject(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo reject ID reason…``."""
    example = "reject 1a2b3c4d they have just called"
    if not ask.words:
        raise Misunderstood(say("Which draft, and why? For example {example}.", example=f"`/plixo {example}`"))
    mailing_id = await short_ids.resolve(core, what=Waiting.DRAFT, text=ask.words[0])
    reason = asks.reason(ask.words[1:], why=say("Why is it not sent?"), example=example)
    return answers.done(await drafts.reject(core, mailing_id=mailing_id, reason=reason, actor=ask.actor))


async def undo(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo undo ID``."""
    if not ask.words:
        raise Misunderstood(say("Which mail? Its id was in the answer to your approval: `/plixo undo 1a2b3c4d`."))
    mailing_id = await short_ids.resolve(core, what=Waiting.APPROVED, text=ask.words[0])
    return views.called_back(await drafts.undo(core, mailing_id=mailing_id, actor=ask.actor))


async def press_list(core: Core, press: Press) -> Message:
    """Answer a click on Show drafts."""
    return await _listed(core, press.actor)


async def press_show(core: Core, press: Press) -> Message:
    """Answer a click on Open."""
    return await _card(core, _mailing(press), press.actor)


async def press_approve(core: Core, press: Press) -> Message:
    """Answer a click on Approve: of the very mail that was shown; one that has changed is shown anew instead."""
    mailing_id = _mailing(press)
    try:
        event = await drafts.approve(core, mailing_id=mailing_id, actor=press.actor, seen=press.subject.seen)
    except DraftOutdated as no:
        shown = await draft_lists.show(core, mailing_id=mailing_id, actor=press.actor)
        return views.card(shown, short=short_ids.short(mailing_id), changed=no.changes, replaces=True)
    return views.approved(event, replaces=True)


async def press_reject(core: Core, press: Press) -> Answer:
    """Answer a click on Reject…: ask why; a button of an older card rejects for the reason that it names."""
    mailing_id = _mailing(press)
    quick = REASONS.get(press.subject.seen or "")
    if quick is None:
        shown = await draft_lists.show(core, mailing_id=mailing_id, actor=press.actor)
        return forms.reject(shown.draft, reasons=REASONS)
    event = await drafts.reject(core, mailing_id=mailing_id, reason=say(quick), actor=press.actor)
    return answers.done(event, replaces=True)


async def submit_reject(core: Core, filled: Filled) -> Message:
    """Take the reason why a draft is not sent."""
    assert filled.subject.mailing is not None, "the form's route asks for it"
    why = reasons.given(filled.values, REASONS, or_else=say("Why is it not sent? Choose a reason or write one."))
    event = await drafts.reject(core, mailing_id=filled.subject.mailing, reason=why, actor=filled.actor)
    return answers.done(event, views.others())


async def press_edit(core: Core, press: Press) -> Answer:
    """Answer a click on Edit…: show the words in a form."""
    shown = await draft_lists.show(core, mailing_id=_mailing(press), actor=press.actor)
    return forms.edit(shown, await draft_edits.recipients(core, mailing_id=_mailing(press), actor=press.actor))


async def submit_edit(core: Core, filled: Filled) -> Message:
    """Take the words that were written, and show the letter as it would leave with them."""
    mailing_id = filled.subject.mailing
    assert mailing_id is not None, "the form's route asks for it"
    subject = filled.values.needed("subject", or_else=say("A letter needs a subject."))
    body = filled.values.needed("body", or_else=say("A letter needs a text."))
    with entered.at_fields({forms.TO: (RecipientRefused,)}):
        event = await draft_edits.edit(
            core,
            mailing_id=mailing_id,
            subject=subject,
            body=body,
            actor=filled.actor,
            contact_id=_contact(filled.values.choice(forms.TO)),
            seen=filled.subject.seen,
        )
    return await _card(core, mailing_id, filled.actor, news=say("Saved: {what}.", what=event.told()))


async def press_approve_shown(core: Core, press: Press) -> Message:
    """Answer a click on Approve all shown: each is approved by itself, as it was shown, or refused with the reason."""
    shown = ids.apart(press.subject.drafts or "")
    if shown is None:
        return answers.out_of_date()
    outcome = await drafts.approve_many(core, mailing_ids=list(shown), actor=press.actor, seen=shown)
    return views.approved_many(outcome, replaces=True)


async def press_approved(core: Core, press: Press) -> Message:
    """Show what an approval has become; of a mail that was called back, the draft."""
    found = await drafts.approval(core, mailing_id=_mailing(press), actor=press.actor)
    return await _card(core, _mailing(press), press.actor) if found is None else views.over(found)


async def press_undo(core: Core, press: Press) -> Message:
    """Answer a click on Undo; one that comes too late reads what became of the mail, in the place of the button."""
    try:
        event = await drafts.undo(core, mailing_id=_mailing(press), actor=press.actor)
    except UndoTooLate:
        found = await drafts.approval(core, mailing_id=_mailing(press), actor=press.actor)
        if found is None or found.may_be_undone:
            raise
        return views.over(found)
    return views.called_back(event, replaces=True)


async def _listed(core: Core, actor: Actor) -> Message:
    return views.listed(await draft_lists.page(core, actor=actor))


async def _card(core: Core, mailing_id: UUID, actor: Actor, *, news: str = "") -> Message:
    shown = await draft_lists.show(core, mailing_id=mailing_id, actor=actor)
    return views.card(shown, short=short_ids.short(mailing_id), news=news)


def _contact(chosen: str) -> UUID | None:
    try:
        return UUID(chosen) if chosen else None
    except ValueError:
        raise RecipientRefused from None


def _mailing(press: Press) -> UUID:
    assert press.subject.mailing is not None, "the route asks for it"
    return press.subject.mailing


COMMANDS: tuple[Command, ...] = (
    command(
        Group.DRAFTS,
        "draft",
        "[ID]",
        Permission.VIEW,
        phrase("lists mails that wait for an approval, or shows one"),
        "draft",
        show,
    ),
    command(
        Group.DRAFTS, "approve", "ID…", Permission.APPROVE, phrase("lets drafts leave"), "approve 1a2b3c4d", approve
    ),
    command(
        Group.DRAFTS,
        "reject",
        "ID reason…",
        Permission.APPROVE,
        phrase("decides that a draft is not sent"),
        "reject 1a2b3c4d they have just called",
        reject,
    ),
    command(
        Group.DRAFTS,
        "undo",
        "ID",
        Permission.APPROVE,
        phrase("calls an approved mail back, for a moment"),
        "undo 1a2b3c4d",
        undo,
    ),
)

BUTTONS: Mapping[Action, Route] = {
    Action.LIST_DRAFTS: Route(Permission.VIEW, press_list),
    Action.SHOW_DRAFT: Route(Permission.VIEW, press_show, ("mailing",)),
    Action.APPROVE_DRAFT: Route(Permission.APPROVE, press_approve, ("mailing", "seen")),
    Action.REJECT_DRAFT: Route(Permission.APPROVE, press_reject, ("mailing",), opens=True),
    Action.EDIT_DRAFT: Route(Permission.WORK_QUEUE, press_edit, ("mailing",), opens=True),
    Action.APPROVE_DRAFTS: Route(Permission.APPROVE, press_approve_shown, ("drafts",)),
    Action.SHOW_APPROVED: Route(Permission.VIEW, press_approved, ("mailing",)),
    Action.UNDO_DRAFT: Route(Permission.APPROVE, press_undo, ("mailing",)),
}

FORMS: Mapping[FormId, Form] = {
    FormId.REJECT_DRAFT: Form(Permission.APPROVE, submit_reject, ("mailing",)),
    FormId.EDIT_DRAFT: Form(Permission.WORK_QUEUE, submit_edit, ("mailing", "seen")),
}
