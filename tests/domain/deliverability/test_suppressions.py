"""Suppressions: one per address, with its evidence, lifted only by somebody who may and says why."""

import asyncio

import pytest

from domain.deliverability import suppressions
from domain.deliverability.events import AddressSuppressed, SuppressionLifted
from domain.deliverability.models import Mailing, Suppression
from domain.deliverability.refusals import ReasonMissing, SuppressionNotFound
from domain.deliverability.suppressions import Why
from domain.kernel import timeline
from domain.kernel.actor import SHELL, Actor, ActorKind, Permission
from domain.kernel.core import Core
from domain.kernel.refusals import NotAllowed
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

    again = await suppress(core, mailing, Why.COMPLAINT)

    assert again is None
    assert await Suppression.all().count() == 1


async def test_ten_at_once_are_one(core: Core) -> None:
    mailing = await a_mailing(core)

    events = await asyncio.gather(*(suppress(core, mailing) for _ in range(6)))

    assert sum(event is not None for event in events) == 1
    assert await Suppression.all().count() == 1


async def test_a_dead_address_takes_the_place_of_an_opt_out(core: Core) -> None:
    mailing = await a_mailing(core)
    await suppress(core, mailing, Why.OPTED_OUT)

    event = await suppress(core, mailing, Why.HARD_BOUNCE)

    told = await suppressions.explain(core, address="anna@acme.example")
    assert event is not None
    assert sorted((each.reason, each.state) for each in told) == [("hard bounce", "active"), ("opted out", "lifted")]


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
    [told] = await suppressions.explain(core, address="anna@acme.example")
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
