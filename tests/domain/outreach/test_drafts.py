"""Drafts: approved by somebody else, for what was shown, and called back in time; edits keep the link."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.deliverability import suppressions
from domain.deliverability.models import Mailing, MailingItem
from domain.deliverability.suppressions import Why
from domain.kernel.actor import SHELL, Actor, Permission
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.refusals import MoveRefused, NotAllowed, Refusal
from domain.ledger.models import Account, Contact, Invoice
from domain.outreach import draft_edits, draft_lists, drafts, sending, waiting
from domain.outreach.refusals import (
    DraftNotFound,
    DraftOutdated,
    NoDraft,
    ReasonMissing,
    RecipientRefused,
    UndoTooLate,
    WordsRefused,
)
from domain.people.refusals import OwnWork
from domain.people.roles import Role, roles_with
from tests.builders import a_contact, an_account, an_invoice, paid
from tests.clocks import StandingClock
from tests.domain.commitments.people import BEN, CARL, MIA, VERA
from tests.domain.outreach.mails_made import a_reminder, an_item
from tests.domain.outreach.stage import told


async def _a_draft(core: Core, *invoices: Invoice, **but: Any) -> Mailing:
    return await a_reminder(core, *invoices, state="drafted", **{"needs": ["Shadow Mode"], **but})


async def _approved(core: Core) -> Mailing:
    mailing = await _a_draft(core)
    await drafts.approve(core, mailing_id=mailing.id, actor=MIA)
    return mailing


# Listing ------------------------------------------------------------------------------------------


async def test_the_list_says_what_waits_for_whom_and_why(core: Core) -> None:
    account = await an_account(core, "Acme Ltd")
    await a_contact(core, account)
    first = await an_invoice(core, "INV-1", account=account)
    second = await an_invoice(core, "INV-2", account=account, amount=Money(700, "USD"))
    await _a_draft(core, first, second)

    page = await drafts_of(core)

    (draft,) = page.drafts
    assert page.total == 1
    assert (draft.account_name, draft.sent_to, draft.invoices) == ("Acme Ltd", "a…@acme.example", ("INV-1", "INV-2"))
    assert draft.amounts == (Money(12500, "EUR"), Money(700, "USD"))
    assert draft.needs == ("Shadow Mode", "high value")
    assert draft.why == "step 3 of cadence default v1"
    assert draft.since == core.clock.now()


async def drafts_of(core: Core) -> draft_lists.Drafts:
    return await draft_lists.page(core, actor=VERA)


async def test_a_draft_says_which_invoices_it_would_leave_out(core: Core) -> None:
    account = await an_account(core)
    await a_contact(core, account)
    first, second = await an_invoice(core, "INV-1", account=account), await an_invoice(core, "INV-2", account=account)
    await _a_draft(core, first, second)
    await paid(core, second)

    (draft,) = (await drafts_of(core)).drafts

    assert draft.invoices == ("INV-1",)
    assert [each.partition(":")[0] for each in draft.not_asked] == ["INV-2"]


async def test_a_draft_is_shown_as_it_would_leave(core: Core) -> None:
    mailing = await _a_draft(core)

    shown = await draft_lists.show(core, mailing_id=mailing.id, actor=VERA)

    assert "INV-1042" in shown.letter.text
    with pytest.raises(DraftNotFound):
        await draft_lists.show(core, mailing_id=uuid4(), actor=VERA)


# Approving ----------------------------------------------------------------------------------------


async def test_an_approved_draft_leaves_when_it_can_no_longer_be_called_back(core: Core, clock: StandingClock) -> None:
    mailing = await _a_draft(core)

    event = await drafts.approve(core, mailing_id=mailing.id, actor=MIA)
    early = await sending.begin(core, mailing_id=mailing.id)
    clock.advance(seconds=60)
    mail = await sending.begin(core, mailing_id=mailing.id)

    assert event.leaves_at == clock.now()
    assert early is None
    assert mail is not None
    assert (await Mailing.get()).approved_by == "Mia"


@pytest.mark.parametrize("actor", [BEN, VERA], ids=["operator", "viewer"])
async def test_only_a_manager_or_controller_approves(core: Core, actor: Actor) -> None:
    mailing = await _a_draft(core, needs=["final notice"])

    with pytest.raises(NotAllowed):
        await drafts.approve(core, mailing_id=mailing.id, actor=actor)

    assert (await Mailing.get()).state == "drafted"


async def test_nobody_approves_what_they_made_or_edited(core: Core) -> None:
    made = await _a_draft(core, made_by="Mia", made_by_id=MIA.id)
    edited = await _a_draft(core, await an_invoice(core, "INV-2", email="ben@b.example"))
    await draft_edits.edit(core, mailing_id=edited.id, subject="Hello", body="Please pay.", actor=MIA)

    for each in (made, edited):
        with pytest.raises(OwnWork):
            await drafts.approve(core, mailing_id=each.id, actor=MIA)
        await drafts.approve(core, mailing_id=each.id, actor=CARL)


async def test_a_company_of_one_approves_its_own(core: Core) -> None:
    alone = replace(core, limits=replace(core.limits, second_person=False))
    mailing = await _a_draft(alone, made_by="Mia", made_by_id=MIA.id)

    await drafts.approve(alone, mailing_id=mailing.id, actor=MIA)

    assert (await Mailing.get()).state == "queued"


async def test_what_changed_since_it_was_shown_is_told_and_nothing_is_approved(core: Core) -> None:
    mailing = await _a_draft(core)
    (shown,) = (await drafts_of(core)).drafts
    await Invoice.all().update(open_minor=9000)

    with pytest.raises(DraftOutdated) as refused:
        await drafts.approve(core, mailing_id=mailing.id, actor=MIA, seen=shown.version)

    assert refused.value.changes == ("INV-1042 asked for 125.00 EUR and asks for 90.00 EUR",)
    assert (await Mailing.get()).state == "drafted"


async def test_who_looked_again_may_approve_what_is_there_now(core: Core) -> None:
    mailing = await _a_draft(core)
    await drafts_of(core)
    await Invoice.all().update(open_minor=9000)
    (shown,) = (await drafts_of(core)).drafts

    await drafts.approve(core, mailing_id=mailing.id, actor=MIA, seen=shown.version)

    assert (await Mailing.get()).state == "queued"


async def test_a_click_on_an_old_card_approves_nothing_although_somebody_else_looked_meanwhile(core: Core) -> None:
    mailing = await _a_draft(core)
    (old,) = (await drafts_of(core)).drafts
    await Invoice.all().update(open_minor=9000)
    with pytest.raises(DraftOutdated):
        await drafts.approve(core, mailing_id=mailing.id, actor=CARL)

    with pytest.raises(DraftOutdated, match="not what was on your screen"):
        await drafts.approve(core, mailing_id=mailing.id, actor=MIA, seen=old.version)


async def test_an_edit_after_the_look_makes_the_look_worthless(core: Core) -> None:
    mailing = await _a_draft(core)
    (shown,) = (await drafts_of(core)).drafts
    await draft_edits.edit(core, mailing_id=mailing.id, subject="Pay!", body="Now.", actor=BEN)

    with pytest.raises(DraftOutdated, match="its words were changed"):
        await drafts.approve(core, mailing_id=mailing.id, actor=MIA, seen=shown.version)


async def test_a_draft_about_a_settled_invoice_is_withheld_and_not_approved(core: Core) -> None:
    mailing = await _a_draft(core)
    await paid(core, await Invoice.get())

    with pytest.raises(NoDraft, match="settled"):
        await drafts.approve(core, mailing_id=mailing.id, actor=MIA)

    assert (await Mailing.get()).state == "withheld"


async def test_an_approval_is_void_when_the_amount_changes_in_the_last_minute(core: Core, clock: StandingClock) -> None:
    mailing = await _approved(core)
    await Invoice.all().update(open_minor=9000)
    clock.advance(seconds=61)

    mail = await sending.begin(core, mailing_id=mailing.id)

    found = await Mailing.get()
    assert mail is None
    assert (found.state, found.approved_by) == ("drafted", None)
    (returned,) = await told(core, "letter.returned")
    assert "125.00 EUR and asks for 90.00 EUR" in returned["fact"]["why"]


async def test_an_approval_is_void_when_another_invoice_joins(core: Core, clock: StandingClock) -> None:
    account = await an_account(core)
    await a_contact(core, account)
    mailing = await _a_draft(core, await an_invoice(core, "INV-1", account=account))
    await drafts.approve(core, mailing_id=mailing.id, actor=MIA)
    await an_item(core, mailing, await an_invoice(core, "INV-2", account=account))
    clock.advance(seconds=61)

    await sending.begin(core, mailing_id=mailing.id)

    assert (await Mailing.get()).state == "drafted"


async def test_many_are_approved_each_by_itself(core: Core) -> None:
    good = await _a_draft(core)
    mine = await _a_draft(core, await an_invoice(core, "INV-2", email="b@b.example"), made_by="Mia", made_by_id=MIA.id)

    done = await drafts.approve_many(core, mailing_ids=[mine.id, good.id, uuid4()], actor=MIA)

    assert [each.mailing_id for each in done.approved] == [good.id]
    assert len(done.refused) == 2


# Rejecting and calling back -----------------------------------------------------------------------


async def test_a_rejected_draft_keeps_the_reason_and_its_step_counts_as_done(core: Core) -> None:
    mailing = await _a_draft(core)

    await drafts.reject(core, mailing_id=mailing.id, reason="they just called", actor=MIA)

    found = await Mailing.get()
    assert found.state == "rejected"
    assert found.reason.endswith("rejected by Mia: they just called")
    assert (await MailingItem.get()).state == "included"


async def test_a_rejection_without_a_reason_is_refused(core: Core) -> None:
    mailing = await _a_draft(core)

    with pytest.raises(ReasonMissing):
        await drafts.reject(core, mailing_id=mailing.id, reason=" ", actor=MIA)


async def test_of_an_approval_and_a_rejection_at_once_one_wins(core: Core) -> None:
    mailing = await _a_draft(core)

    outcomes = await asyncio.gather(
        drafts.approve(core, mailing_id=mailing.id, actor=MIA),
        drafts.reject(core, mailing_id=mailing.id, reason="no", actor=CARL),
        return_exceptions=True,
    )

    assert len([each for each in outcomes if isinstance(each, NoDraft | MoveRefused)]) == 1
    assert len([each for each in outcomes if not isinstance(each, BaseException)]) == 1
    assert (await Mailing.get()).state in {"queued", "rejected"}


async def test_a_double_click_approves_once(core: Core) -> None:
    mailing = await _a_draft(core)

    outcomes = await asyncio.gather(
        *(drafts.approve(core, mailing_id=mailing.id, actor=MIA) for _ in range(4)), return_exceptions=True
    )

    assert len([each for each in outcomes if isinstance(each, Refusal)]) == 3
    entries = await core.database.rows("SELECT 1 FROM timeline_entry WHERE kind = 'letter.approved'")
    assert len(entries) == 1


async def test_an_approved_mail_is_called_back_within_the_minute(core: Core, clock: StandingClock) -> None:
    mailing = await _approved(core)
    clock.advance(seconds=59)

    await drafts.undo(core, mailing_id=mailing.id, actor=MIA)
    clock.advance(seconds=10)
    mail = await sending.begin(core, mailing_id=mailing.id)

    found = await Mailing.get()
    assert mail is None
    assert (found.state, found.approved_at, found.waits) == ("drafted", None, "")


async def test_after_the_minute_it_is_too_late(core: Core, clock: StandingClock) -> None:
    mailing = await _approved(core)
    clock.advance(seconds=60)

    with pytest.raises(UndoTooLate):
        await drafts.undo(core, mailing_id=mailing.id, actor=MIA)


async def test_of_an_undo_and_a_send_at_once_one_wins(core: Core, clock: StandingClock) -> None:
    no_minute = replace(core, limits=replace(core.limits, undo=timedelta(seconds=60)))
    mailing = await _approved(no_minute)
    sender = replace(core, limits=replace(core.limits, undo=timedelta(seconds=0)))  # a worker whose clock is ahead
    await Mailing.all().update(not_before=None)

    mail, undone = await asyncio.gather(
        sending.begin(sender, mailing_id=mailing.id),
        drafts.undo(no_minute, mailing_id=mailing.id, actor=MIA),
        return_exceptions=True,
    )

    state = (await Mailing.get()).state
    if state == "sending":
        assert isinstance(undone, UndoTooLate)
        assert mail is not None
    else:
        assert state == "drafted"
        assert mail is None


async def test_a_mail_called_back_and_approved_again_is_sent_once(core: Core, clock: StandingClock) -> None:
    mailing = await _approved(core)
    await drafts.undo(core, mailing_id=mailing.id, actor=MIA)
    clock.advance(seconds=20)
    await drafts.approve(core, mailing_id=mailing.id, actor=MIA)
    clock.advance(seconds=45)

    first_job = await sending.begin(core, mailing_id=mailing.id)
    clock.advance(seconds=15)
    second_job = await sending.begin(core, mailing_id=mailing.id)

    assert first_job is None
    assert second_job is not None


# Editing ------------------------------------------------------------------------------------------


async def test_an_edited_mail_has_the_new_words_and_still_its_link(core: Core, clock: StandingClock) -> None:
    mailing = await _a_draft(core)
    await draft_edits.edit(core, mailing_id=mailing.id, subject="A word", body="Dear Anna,\n\nhow are you?", actor=BEN)
    await drafts.approve(core, mailing_id=mailing.id, actor=MIA)
    clock.advance(seconds=60)

    mail = await sending.begin(core, mailing_id=mailing.id)

    assert mail is not None
    assert mail.letter.subject == "A word"
    assert "how are you?" in mail.letter.text
    assert "https://pay.northwind.example/l/" in mail.letter.text


@pytest.mark.parametrize(
    ("subject", "body"),
    [("", "x"), ("x", " \n"), ("x" * 201, "x"), ("x", "x" * 10_001), ("x", "see https://evil.example/pay"),
     ("WWW.evil.example", "x"), ("x", "pay at HTTP://evil.example")],
)  # fmt: skip
async def test_words_that_would_mislead_are_refused(core: Core, subject: str, body: str) -> None:
    mailing = await _a_draft(core)

    with pytest.raises(WordsRefused):
        await draft_edits.edit(core, mailing_id=mailing.id, subject=subject, body=body, actor=BEN)


async def test_marks_that_turn_text_around_and_line_ends_in_a_subject_are_taken_out(core: Core) -> None:
    mailing = await _a_draft(core)

    await draft_edits.edit(
        core, mailing_id=mailing.id, subject="Hi\r\nBcc: x@y.example", body="a\u202eb\x00", actor=BEN
    )

    found = await Mailing.get()
    assert (found.edited_subject, found.edited_body) == ("Hi Bcc: x@y.example", "ab")


async def test_what_has_left_is_edited_by_nobody(core: Core) -> None:
    mailing = await a_reminder(core, state="sent")

    with pytest.raises(NoDraft):
        await draft_edits.edit(core, mailing_id=mailing.id, subject="x", body="x", actor=BEN)


# By themselves ------------------------------------------------------------------------------------


async def test_drafts_about_settled_invoices_disappear_by_themselves(core: Core) -> None:
    await _a_draft(core)
    await paid(core, await Invoice.get())

    await waiting.release(core)

    assert (await Mailing.get()).state == "withheld"
    assert (await drafts_of(core)).total == 0


def test_the_role_that_approves_is_a_managers_or_controllers() -> None:

    assert set(roles_with(Permission.APPROVE)) == {Role.CONTROLLER, Role.AR_MANAGER}


async def test_the_shell_approves_what_a_person_made(core: Core) -> None:
    mailing = await _a_draft(core, made_by="Mia", made_by_id=MIA.id)

    await drafts.approve(core, mailing_id=mailing.id, actor=SHELL)

    assert (await Mailing.get()).approved_by == "command line"


# Editing whom it goes to --------------------------------------------------------------------------


async def test_a_draft_goes_to_another_contact_and_its_words_stay_the_letters_own(core: Core) -> None:
    mailing = await _a_draft(core)
    other = await _a_contact_beside(core, mailing)
    shown = await draft_lists.show(core, mailing_id=mailing.id, actor=MIA)

    event = await draft_edits.edit(
        core, mailing_id=mailing.id, subject=shown.letter.subject, body=shown.letter.words, actor=BEN,
        contact_id=other.id, seen=shown.draft.wording)  # fmt: skip

    after = await draft_lists.show(core, mailing_id=mailing.id, actor=MIA)
    assert "before: to a…@acme.example" in event.told()
    assert after.draft.sent_to == "b…@acme.example"
    assert after.draft.changes == ("it goes to another address",)
    assert (await Mailing.get(id=mailing.id)).edited_body is None
    with pytest.raises(WordsRefused, match="changed it meanwhile"):
        await draft_edits.edit(core, mailing_id=mailing.id, subject="x", body="y", actor=BEN, seen=shown.draft.wording)


async def test_an_approval_for_the_recipient_before_is_void(core: Core) -> None:
    mailing = await _a_draft(core)
    other = await _a_contact_beside(core, mailing)
    shown = await draft_lists.show(core, mailing_id=mailing.id, actor=MIA)
    await draft_edits.edit(core, mailing_id=mailing.id, subject="x", body="y", actor=BEN, contact_id=other.id)

    with pytest.raises(DraftOutdated, match="another address"):
        await drafts.approve(core, mailing_id=mailing.id, actor=MIA, seen=shown.draft.version)
    now = await draft_lists.show(core, mailing_id=mailing.id, actor=MIA)
    await drafts.approve(core, mailing_id=mailing.id, actor=MIA, seen=now.draft.version)

    assert (await Mailing.get(id=mailing.id)).address == "ben@acme.example"


async def test_only_contacts_of_the_customer_who_may_be_mailed_are_offered_and_taken(core: Core) -> None:
    mailing = await _a_draft(core)
    other = await _a_contact_beside(core, mailing)
    stranger = await a_contact(core, await an_account(core, "Other Ltd"), email="carl@other.example")
    busy = await _a_contact_beside(core, mailing, "carl@acme.example")
    waits = await _a_draft(core, await an_invoice(core, "INV-9", email="dora@d.example"))
    await Mailing.filter(id=waits.id).update(contact_id=busy.id, account_id=mailing.account_id)
    await suppressions.add(core, whom=other.email, reason=Why.MANUAL, note="asked for by phone", actor=MIA)

    offered = await draft_edits.recipients(core, mailing_id=mailing.id, actor=MIA)

    assert [(each.address, each.chosen) for each in offered] == [("a…@acme.example", True)]
    for each in (other, stranger, busy):
        with pytest.raises(RecipientRefused):
            await draft_edits.edit(core, mailing_id=mailing.id, subject="x", body="y", actor=BEN, contact_id=each.id)
    assert (await Mailing.get(id=mailing.id)).edited_by is None


async def test_words_that_are_as_they_were_are_no_edit(core: Core) -> None:
    mailing = await _a_draft(core)
    letter = (await draft_lists.show(core, mailing_id=mailing.id, actor=MIA)).letter

    with pytest.raises(WordsRefused, match="Nothing is different"):
        await draft_edits.edit(core, mailing_id=mailing.id, subject=letter.subject, body=letter.words, actor=MIA)

    await drafts.approve(core, mailing_id=mailing.id, actor=MIA)


async def test_whoever_edited_before_somebody_else_did_approves_it_neither(core: Core) -> None:
    mailing = await _a_draft(core)
    for actor in (MIA, CARL):
        await draft_edits.edit(core, mailing_id=mailing.id, subject=f"By {actor.name}", body="Please pay.", actor=actor)

    for actor in (MIA, CARL):
        with pytest.raises(OwnWork):
            await drafts.approve(core, mailing_id=mailing.id, actor=actor)
        assert (await draft_lists.show(core, mailing_id=mailing.id, actor=actor)).draft.own == "edited"


async def test_of_several_drafts_each_is_approved_as_it_was_seen(core: Core) -> None:
    first = await _a_draft(core)
    second = await _a_draft(core, await an_invoice(core, "INV-2", email="ben@b.example"))
    seen = {each.mailing_id: each.version for each in (await drafts_of(core)).drafts}
    await Invoice.filter(number="INV-2").update(open_minor=9000)

    outcome = await drafts.approve_many(core, mailing_ids=[first.id, second.id], actor=MIA, seen=seen)

    assert [each.mailing_id for each in outcome.approved] == [first.id]
    assert [each for each, _ in outcome.refused] == [second.id]
    assert "asks for 90.00 EUR" in outcome.refused[0][1]


async def _a_contact_beside(core: Core, mailing: Mailing, email: str = "ben@acme.example") -> Contact:
    return await a_contact(core, await Account.get(id=mailing.account_id), email=email)
