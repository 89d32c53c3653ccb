"""Suppressions: one per address, with its evidence, lifted only by somebody who may and says why."""

import asyncio
from datetime import timedelta

import pytest

from domain.deliverability import covering, suppression_ends, suppression_lists, suppressions
from domain.deliverability.events import AddressSuppressed, SuppressionLifted
from domain.deliverability.models import Mailing, Suppression
from domain.deliverability.refusals import (
    EndPassed,
    LegalKept,
    ReasonMissing,
    SuppressedAlready,
    SuppressionNotFound,
)
from domain.deliverability.suppressions import Why
from domain.kernel import timeline
from domain.kernel.actor import SHELL, Actor, ActorKind, Permission
from domain.kernel.addresses import AddressMalformed
from domain.kernel.core import Core
from domain.kernel.refusals import NotAllowed
from tests.clocks import StandingClock
from tests.domain.deliverability.mailings_made import a_mailing

VIEWER = Actor(ActorKind.PERSON, "Vic", frozenset({Permission.VIEW}), roles=("Viewer",))


async def suppress(core: Core, mailing: Mailing, reason: Why = Why.HARD_BOUNCE) -> AddressSuppressed | None:
    """Suppress the mailing's address in a transaction of its own."""
    async with core.transaction() as tx:
        return await suppressions.suppress(
            core,
            tx,
            mailing=mailing,
            reason=reason,
            rule="delivery-report",
            diagnostic="550 5.1.1 unknown",
            mail_id=None,
        )


async def test_a_suppressed_address_is_told_on_the_timeline_and_masked(core: Core) -> None:
    mailing = await a_mailing(core, address="Anna@Acme.example")

    event = await suppress(core, mailing)

    assert event is not None
    assert (event.address, event.invoice_number, event.reason) == ("A…@Acme.example", "INV-1042", "hard bounce")
    assert await suppressions.suppressed(core, addresses=["ANNA@acme.example", "bob@acme.example"]) == {
        "anna@acme.example"
    }
    entries = await timeline.of_invoice(core, mailing.invoice_id)
    assert [type(entry.event) for entry in entries] == [AddressSuppressed]


async def test_a_second_suppression_of_an_address_changes_nothing(core: Core) -> None:
    mailing = await a_mailing(core)
    await suppress(core, mailing)

    again = await suppress(core, mailing)

    assert again is None
    assert await Suppression.all().count() == 1


async def test_ten_at_once_are_one(core: Core) -> None:
    mailing = await a_mailing(core)

    events = await asyncio.gather(*(suppress(core, mailing) for _ in range(6)))

    assert sum(event is not None for event in events) == 1
    assert await Suppression.all().count() == 1


async def test_every_reason_stands_by_itself(core: Core, clock: StandingClock) -> None:
    mailing = await a_mailing(core)
    await suppress(core, mailing, Why.OPTED_OUT)
    note, until = "their system is being moved", clock.now() + timedelta(days=2)
    await suppressions.add(core, whom="Anna@Acme.example", reason=Why.MANUAL, note=note, until=until, actor=SHELL)
    clock.advance(days=3)

    ended = await suppression_ends.end_due(core)

    told = await suppression_lists.explain(core, address="anna@acme.example")
    assert ended == 1
    assert [(each.reason, each.state) for each in told] == [("opted out", "active"), ("manual", "lifted")]
    assert await suppressions.suppressed(core, addresses=[mailing.address]) == {"anna@acme.example"}


async def test_whoever_opts_out_stays_so_although_the_same_was_noted_until_a_day(
    core: Core, clock: StandingClock
) -> None:
    mailing, until = await a_mailing(core), clock.now() + timedelta(days=2)
    await suppressions.add(
        core, whom=mailing.address, reason=Why.OPTED_OUT, note="from the old list", until=until, actor=SHELL
    )

    event = await suppress(core, mailing, Why.OPTED_OUT)
    again = await suppress(core, mailing, Why.OPTED_OUT)
    clock.advance(days=3)
    await suppression_ends.end_due(core)

    assert event is not None
    assert event.until is None
    assert again is None
    assert await suppressions.suppressed(core, addresses=[mailing.address]) == {mailing.address}


async def test_a_domain_covers_its_addresses_and_no_others(core: Core) -> None:
    event = await suppressions.add(core, whom="@ACME.example", reason=Why.MANUAL, note="insolvent", actor=SHELL)

    asked = ["Anna@acme.example", "bob@sub.acme.example", "eve@notacme.example"]
    assert event.address == "@acme.example"
    assert await suppressions.suppressed(core, addresses=asked) == {"anna@acme.example"}
    with pytest.raises(SuppressionNotFound, match="lift @acme"):
        await suppressions.lift(core, address="anna@acme.example", reason="x", actor=SHELL)
    await suppressions.lift(core, address="@acme.example", reason="they are back", actor=SHELL)
    assert await suppressions.suppressed(core, addresses=asked) == frozenset()


@pytest.mark.parametrize(
    ("key", "covered"), [("anna@acme.example", True), ("eve@notacme.example", False), ('"a@b"@acme.example', True)]
)
async def test_statements_of_other_areas_cover_domains_too(core: Core, key: str, covered: bool) -> None:
    await suppressions.add(core, whom="@acme.example", reason=Why.MANUAL, note="insolvent", actor=SHELL)

    row = await core.database.row(
        f"SELECT {covering.covered('k.key')} AS covered, {covering.free('k.key')} AS free,"
        f" {covering.reason('k.key')} AS reason FROM (SELECT %s::text AS key) k",
        (key,),
    )

    assert row == {"covered": covered, "free": not covered, "reason": "manual" if covered else None}


async def test_the_reason_that_stops_all_mail_is_told_before_an_opt_out(core: Core) -> None:
    mailing = await a_mailing(core)
    await suppress(core, mailing, Why.OPTED_OUT)
    await suppress(core, mailing, Why.HARD_BOUNCE)

    row = await core.database.row(f"SELECT {covering.reason('%s::text')} AS reason", (mailing.address_key,) * 2)

    assert row == {"reason": "hard bounce"}


@pytest.mark.parametrize("whom", ["", "@", "anna", "@acme", "anna@acme.example, bob@acme.example", "@a@b.example"])
async def test_what_is_neither_an_address_nor_a_domain_is_refused(core: Core, whom: str) -> None:
    with pytest.raises(AddressMalformed):
        await suppressions.add(core, whom=whom, reason=Why.MANUAL, note="x", actor=SHELL)


async def test_a_legal_hold_is_lifted_by_legal_only(core: Core) -> None:
    operator = Actor(ActorKind.PERSON, "Olga", frozenset({Permission.HANDLE_SUPPRESSIONS}))
    legal = Actor(ActorKind.PERSON, "Lea", frozenset({Permission.APPROVE_CREDITS, Permission.HANDLE_SUPPRESSIONS}))
    await suppressions.add(core, whom="anna@acme.example", reason=Why.LEGAL_HOLD, note="case 7", actor=operator)

    with pytest.raises(LegalKept):
        await suppressions.lift(core, address="anna@acme.example", reason="seems over", actor=operator)

    event = await suppressions.lift(core, address="anna@acme.example", reason="settled", actor=legal)
    assert event.was == "legal hold"


async def test_a_suppression_by_hand_needs_words_a_right_and_a_future(core: Core, clock: StandingClock) -> None:
    with pytest.raises(NotAllowed):
        await suppressions.add(core, whom="anna@acme.example", reason=Why.MANUAL, note="x", actor=VIEWER)
    with pytest.raises(ReasonMissing):
        await suppressions.add(core, whom="anna@acme.example", reason=Why.MANUAL, note=" ", actor=SHELL)
    with pytest.raises(EndPassed):
        await suppressions.add(
            core, whom="anna@acme.example", reason=Why.MANUAL, note="x", until=clock.now(), actor=SHELL
        )
    await suppressions.add(core, whom="anna@acme.example", reason=Why.MANUAL, note="x", actor=SHELL)
    with pytest.raises(SuppressedAlready):
        await suppressions.add(core, whom="ANNA@acme.example", reason=Why.MANUAL, note="y", actor=SHELL)


async def test_lifting_needs_the_right_a_reason_and_a_suppression(core: Core) -> None:
    await suppress(core, await a_mailing(core))

    with pytest.raises(NotAllowed):
        await suppressions.lift(core, address="anna@acme.example", reason="new mailbox", actor=VIEWER)
    with pytest.raises(ReasonMissing):
        await suppressions.lift(core, address="anna@acme.example", reason=" ", actor=SHELL)
    with pytest.raises(SuppressionNotFound, match=r"b…@acme\.example is not suppressed"):
        await suppressions.lift(core, address="bob@acme.example", reason="new mailbox", actor=SHELL)

    assert await suppressions.suppressed(core, addresses=["anna@acme.example"])


async def test_a_lifted_address_may_be_mailed_and_the_evidence_stays(core: Core) -> None:
    mailing = await a_mailing(core)
    await suppress(core, mailing)

    event = await suppressions.lift(core, address=" ANNA@acme.example ", reason="new mailbox", actor=SHELL)

    assert isinstance(event, SuppressionLifted)
    assert event.invoice_id == mailing.invoice_id
    assert await suppressions.suppressed(core, addresses=["anna@acme.example"]) == frozenset()
    [told] = await suppression_lists.explain(core, address="anna@acme.example")
    assert (told.state, told.lifted_by, told.lift_reason) == ("lifted", "command line", "new mailbox")
    assert (told.rule, told.diagnostic, told.invoice_number) == ("delivery-report", "550 5.1.1 unknown", "INV-1042")


async def test_a_lifted_address_can_be_suppressed_again(core: Core) -> None:
    mailing = await a_mailing(core)
    await suppress(core, mailing)
    await suppressions.lift(core, address="anna@acme.example", reason="new mailbox", actor=SHELL)

    event = await suppress(core, mailing)

    assert event is not None
    assert await Suppression.filter(state="active").count() == 1


async def test_of_two_who_lift_at_once_one_is_refused(core: Core) -> None:
    await suppress(core, await a_mailing(core))

    results = await asyncio.gather(
        *(suppressions.lift(core, address="anna@acme.example", reason="r", actor=SHELL) for _ in range(2)),
        return_exceptions=True,
    )

    assert sorted(type(result).__name__ for result in results) == ["SuppressionLifted", "SuppressionNotFound"]
