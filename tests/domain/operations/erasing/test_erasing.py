"""Nothing is left of a person whose data were erased, and all else is as it was."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from domain.deliverability import suppressions
from domain.deliverability.models import InboundMail, Mailing, Suppression
from domain.deliverability.reading.readings import Kind, Reading, Reason, RecipientReading
from domain.deliverability.suppressions import Why
from domain.kernel import timeline
from domain.kernel.actor import SHELL, Actor, ActorKind, Permission
from domain.kernel.core import Core
from domain.kernel.jobs import TryLater
from domain.kernel.models import TimelineEntry
from domain.kernel.refusals import NotAllowed
from domain.ledger import contacts
from domain.ledger.erased_addresses import AddressErased
from domain.ledger.models import Contact
from domain.operations.erasing import asking, readmission, subjects, working
from domain.operations.erasing.models import Erasure
from domain.operations.erasing.refusals import ErasureHeld, ErasureUnderway, ErasureUnknown, ErasureUnsaid, NotErased
from domain.outreach import sending
from domain.people.refusals import OwnWork
from tests.builders import a_contact, an_account, an_invoice
from tests.domain.ledger.csv_import.files import imported
from tests.domain.operations.erasing.left import left_of
from tests.domain.operations.test_privacy import OTHER, ZORA, a_history
from tests.domain.outreach.mails_made import a_reminder

CONTROLLER = Actor(ActorKind.PERSON, "Cleo", frozenset(Permission), id=uuid4())
ADMIN = Actor(ActorKind.PERSON, "Ada", frozenset({Permission.MANAGE_PEOPLE}), id=uuid4())


async def over(core: Core) -> None:
    """End whatever of the history is open, and give its files digests as files have them."""
    await core.database.execute("UPDATE dispute SET state = 'rejected'")
    await core.database.execute("UPDATE document SET sha256 = decode(md5(id::text), 'hex')")
    await core.database.execute("UPDATE inbound_mail SET seen_at = now()")
    await core.database.execute("UPDATE contact SET name = 'Zora Quill' WHERE email_key = %s", (ZORA,))


async def begun(core: Core, whom: str = ZORA, *also: str) -> Erasure:
    """Begin to erase somebody."""
    subject = await subjects.contact(core, whom=whom)
    event = await asking.erase(core, subject=subject, reason="asked by letter", actor=SHELL, also=also)
    return await Erasure.get(id=event.erasure_id)


async def erased(core: Core, whom: str = ZORA, *also: str) -> Erasure:
    """Erase somebody, to the end."""
    erasure = await begun(core, whom, *also)
    await working.erase(core, erasure.id)
    return await Erasure.get(id=erasure.id)


async def test_after_an_erasure_no_column_and_no_file_has_the_address(core: Core) -> None:
    await a_history(core)
    await over(core)

    done = await erased(core)

    assert (done.state, done.words) == ("done", None)
    assert await left_of(core, ZORA) == []
    assert await left_of(core, "Zora Quill") == []
    assert await left_of(core, OTHER) != []


async def test_what_a_refusing_server_said_goes_whole_and_the_reading_stays_readable(core: Core) -> None:
    await a_history(core)
    await over(core)
    refused = RecipientReading(ZORA, "5.1.1", "mailbox zora.quill unknown", Reason.USER_UNKNOWN, hard=True)
    reading = Reading(Kind.BOUNCE, "report", recipients=(refused,), unnamed=replace(refused, address=""))
    await core.database.execute("UPDATE inbound_mail SET reading = %s", (json.dumps(reading.as_json()),))

    await erased(core)

    left = [
        Reading.from_json(each.reading)
        for each in await InboundMail.all()
        if each.envelope_from.endswith("@erased.invalid")
    ]
    assert len(left) == 1
    assert left[0].recipients[0].diagnostic == ""
    assert left[0].unnamed is not None
    assert left[0].unnamed.diagnostic == ""
    assert (left[0].kind, left[0].recipients[0].status, left[0].hard) == (Kind.BOUNCE, "5.1.1", True)


async def test_the_certificate_says_what_when_and_who_and_nothing_of_the_person(core: Core) -> None:
    await a_history(core)
    await over(core)
    subject = await subjects.contact(core, whom=ZORA)
    proposed = await asking.propose(core, subject=subject, reason=f"{ZORA} asked by letter", actor=CONTROLLER)

    await asking.approve(core, number=proposed.number, actor=ADMIN)
    await working.erase(core, proposed.erasure_id)

    entry = await TimelineEntry.filter(kind="erasure.done").get()
    assert (entry.fact["asked_by"], entry.fact["decided_by"]) == ("Cleo", "Ada")
    assert entry.fact["reason"] == "erased contact #1 asked by letter"
    assert entry.fact["counts"]["mailing"] == 1
    assert entry.fact["counts"]["files"] == 1
    assert entry.fact["kept"] == {"invoices": 2}
    assert entry.fact["waiting"] == 0


async def test_nobody_approves_their_own_wish_and_only_who_manages_people_asks(core: Core) -> None:
    await a_history(core)
    await over(core)
    subject = await subjects.contact(core, whom=ZORA)
    with pytest.raises(NotAllowed):
        await asking.propose(core, subject=subject, reason="r", actor=Actor(ActorKind.PERSON, "Eve", frozenset()))
    proposed = await asking.propose(core, subject=subject, reason="asked by letter", actor=CONTROLLER)

    with pytest.raises(OwnWork):
        await asking.approve(core, number=proposed.number, actor=CONTROLLER)
    with pytest.raises(ErasureUnderway, match="waits"):
        await asking.propose(core, subject=subject, reason="again", actor=ADMIN)
    with pytest.raises(ErasureUnsaid):
        await asking.propose(core, subject=subject, reason=" ", actor=ADMIN)
    declined = await asking.decline(core, number=proposed.number, reason=f"not {ZORA}", actor=ADMIN)

    assert declined.reason == "not erased contact #1"
    assert (await Erasure.get()).words is None
    with pytest.raises(ErasureUnknown):
        await asking.approve(core, number=proposed.number, actor=ADMIN)


async def test_what_is_still_needed_keeps_the_data(core: Core) -> None:
    zora = await a_history(core)
    await core.database.execute(
        "INSERT INTO hold (id, account_id, kind, reason, state, made_by, created_at)"
        " VALUES (%s, %s, 'legal', 'court', 'active', 'Leo', now())",
        (uuid4(), zora.account_id),
    )

    with pytest.raises(ErasureHeld) as refused:
        await begun(core)

    assert set(refused.value.reasons) == {"a legal hold", "an open dispute of theirs"}
    assert await Erasure.all().count() == 0


async def test_an_unread_answer_has_to_be_dealt_with_first(core: Core) -> None:
    await a_history(core)
    await over(core)
    await core.database.execute('UPDATE inbound_mail SET seen_at = NULL, reply = \'{"text": "x"}\'')

    with pytest.raises(ErasureHeld, match="nobody has dealt with"):
        await begun(core)


async def test_the_timeline_keeps_what_happened_and_loses_who(core: Core) -> None:
    account = await an_account(core)
    zora = await a_contact(core, account, ZORA)
    invoice = await an_invoice(core, account=account)
    await a_reminder(core, invoice, contact=zora, state="sending")
    await sending.delivered(core, mailing_id=(await Mailing.get()).id)
    before = await TimelineEntry.all().order_by("id")

    await erased(core)

    after = {each.id: each for each in await TimelineEntry.filter(id__lte=before[-1].id)}
    assert before
    for each in before:
        now = after[each.id]
        assert (now.kind, now.at, now.invoice_id, now.account_id) == (
            each.kind,
            each.at,
            each.invoice_id,
            each.account_id,
        )
        assert now.fact.keys() == each.fact.keys()
    sent = next(each for each in after.values() if each.kind == "letter.sent")
    assert sent.fact["sent_to"] == "erased contact #1"
    assert (await timeline.of_invoice(core, invoice.id))[0].event.told()


async def test_a_colleague_who_looks_the_same_keeps_their_lines(core: Core) -> None:
    account = await an_account(core)
    zora, zoe = await a_contact(core, account, ZORA), await a_contact(core, account, "zoe@acme.example")
    for who, number in ((zora, "INV-1"), (zoe, "INV-2")):
        mailing = await a_reminder(core, await an_invoice(core, number, account=account), contact=who, state="sending")
        await sending.delivered(core, mailing_id=mailing.id)

    await erased(core)

    sent = [each.fact["sent_to"] for each in await TimelineEntry.filter(kind="letter.sent").order_by("id")]
    assert sent == ["z…@acme.example", "z…@acme.example"]  # which of two people that is, it does not tell


@pytest.mark.parametrize(
    "name", ["", "e", "Plixo", "command line", "paid", "a.*|b", "x\\y \"q\" 'z'", "%s {0} $1", "Ω " * 90]
)
async def test_hostile_names_erase_themselves_and_nothing_else(core: Core, name: str) -> None:
    account = await an_account(core)
    zora = await a_contact(core, account, ZORA)
    await core.database.execute("UPDATE contact SET name = %s WHERE id = %s", (name, zora.id))
    await core.database.execute(
        "INSERT INTO hold (id, account_id, kind, reason, state, made_by, created_at)"
        " VALUES (%s, %s, 'pause', 'all is paid, e', 'lifted', 'command line', now())",
        (uuid4(), account.id),
    )

    done = await erased(core)

    hold = await core.database.row("SELECT reason, made_by, state FROM hold")
    assert done.state == "done"
    assert hold == {"reason": "all is paid, e", "made_by": "command line", "state": "lifted"}


async def test_an_address_that_was_erased_comes_back_by_no_file_and_by_no_hand(core: Core) -> None:
    await a_history(core)
    await over(core)
    await erased(core)

    file = f"Customer Name,Contact Email\nAcme,{ZORA}\nAcme,new@acme.example\n"
    told = await imported(core, file, "contacts")

    assert [each for each in told.notes if "erased on request" in each and "not mailed: 1;" in each]
    assert await left_of(core, ZORA) == []
    assert await Contact.filter(email_key="new@acme.example", state="active").count() == 1
    account = await core.database.row("SELECT name FROM account LIMIT 1")
    assert account is not None
    with pytest.raises(AddressErased):
        await contacts.add(core, account=account["name"], email=ZORA.upper(), actor=SHELL)


async def test_an_opt_out_outlives_the_erasure(core: Core) -> None:
    await a_history(core)
    await over(core)
    await suppressions.add(core, whom=ZORA, reason=Why.OPTED_OUT, note=f"{ZORA} wrote", actor=SHELL)
    await erased(core)
    assert await left_of(core, ZORA) == []

    event = await readmission.readmit(core, address=ZORA, reason="she is a customer again", actor=SHELL)

    assert event.suppressions == ("opted out",)
    assert await Suppression.filter(address_key=ZORA, reason="opted out", state="active").exists()
    with pytest.raises(NotErased):
        await readmission.readmit(core, address=ZORA, reason="again", actor=SHELL)


async def test_a_reminder_that_waited_is_never_sent(core: Core) -> None:
    account = await an_account(core)
    zora = await a_contact(core, account, ZORA)
    mailing = await a_reminder(core, await an_invoice(core, account=account), contact=zora)
    await begun(core)

    envelope = await sending.addressed(core, mailing_id=mailing.id)

    assert envelope is None
    assert (await Mailing.get(id=mailing.id)).state == "withheld"


async def test_a_mail_on_the_wire_is_waited_for_and_then_erased(core: Core) -> None:
    account = await an_account(core)
    zora = await a_contact(core, account, ZORA)
    mailing = await a_reminder(core, await an_invoice(core, account=account), contact=zora, state="sending")
    erasure = await begun(core)

    with pytest.raises(TryLater):
        await working.erase(core, erasure.id)
    await sending.delivered(core, mailing_id=mailing.id)
    await working.erase(core, erasure.id)

    assert (await Mailing.get(id=mailing.id)).state == "sent"
    assert await left_of(core, ZORA) == []
    assert await left_of(core, "z…@acme.example") == []


async def test_an_answer_that_arrives_meanwhile_is_not_lost_unread(core: Core) -> None:
    zora = await a_history(core)
    await over(core)
    erasure = await begun(core)
    came = uuid4()
    await InboundMail.create(
        id=came, envelope_from=ZORA, sent_to=["r+y@mail.northwind.example"], body=b"I dispute this", sha256=b"2",
        size_bytes=14, state="read", reply={"text": "I dispute this"}, reason="",
        received_at=core.clock.now() + timedelta(seconds=1),
    )  # fmt: skip

    await working.erase(core, erasure.id)

    assert bytes((await InboundMail.get(id=came)).body) == b"I dispute this"
    assert (await TimelineEntry.filter(kind="erasure.done").get()).fact["waiting"] == 1
    assert await Contact.filter(id=zora.id, state="active").count() == 0


async def test_whoever_is_killed_between_two_pages_is_gone_on_with(core: Core) -> None:
    await a_history(core)
    await over(core)
    erasure = await begun(core)
    steps = 0

    class Killed(BaseException):
        pass

    for _ in range(200):
        async with dying(core, Killed) as fragile:
            try:
                await working.erase(fragile, erasure.id)
                break
            except Killed:
                steps += 1

    assert steps > len(working.STEPS)
    assert (await Erasure.get(id=erasure.id)).state == "done"
    assert await left_of(core, ZORA) == []
    assert await TimelineEntry.filter(kind="erasure.done").count() == 1


@asynccontextmanager
async def dying(core: Core, killed: type[BaseException]) -> AsyncIterator[Core]:
    """Yield a core whose second transaction dies right before it is committed."""

    class Fragile(type(core.database)):  # type: ignore[misc]
        left = 2

        @asynccontextmanager
        async def transaction(self):  # type: ignore[no-untyped-def]
            async with super().transaction() as tx:
                yield tx
                Fragile.left -= 1
                if not Fragile.left:
                    raise killed

    yield replace(core, database=Fragile())
