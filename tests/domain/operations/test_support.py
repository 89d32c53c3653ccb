"""Calls for help: kept with what is known of the request that went wrong, once, and closed by a person."""

from datetime import timedelta

import pytest

from domain.commitments.refusals import ReasonMissing
from domain.kernel import request_ids
from domain.kernel.actor import SHELL, Actor, ActorKind
from domain.kernel.addresses import AddressMalformed
from domain.kernel.core import Core
from domain.kernel.refusals import MoveRefused, NotAllowed
from domain.operations import short_ids, support, trails
from domain.operations.refusals import SupportNotFound
from domain.operations.short_ids import Waiting
from domain.operations.support import Call
from tests.builders import an_invoice
from tests.clocks import StandingClock
from tests.domain.commitments.disputes_filed import PDF, upload

PAYER = Actor(ActorKind.PAYER, "p…@acme.example", frozenset())
NOBODY = Actor(ActorKind.PERSON, "Vera", frozenset())


async def test_the_card_has_the_words_the_files_and_the_trail_of_the_request(core: Core) -> None:
    with request_ids.serving("abcdefghjk"):
        invoice = await an_invoice(core, "INV-1")
        await trails.note(
            core, request_id="abcdefghjk", route="pay", method="POST", status=409, why="AmountNotPossible"
        )
    call = Call(
        text="The button does nothing",
        request_id=" ABCDEFGHJK ",
        files=(upload(PDF, "screen.pdf"),),
        invoice_id=invoice.id,
    )

    event = await support.ask(core, call=call, actor=PAYER)

    card = await support.card(core, support_id=event.support_id, actor=SHELL)
    assert (card.text, card.request_id, card.invoice_number) == ("The button does nothing", "abcdefghjk", "INV-1")
    assert [each.name for each in card.documents] == ["screen.pdf"]
    ended = "The page “pay” (POST) answered 409 (refused, since something had changed): AmountNotPossible"
    assert ended in [line.told for line in card.trail]
    assert [each.support_id for each in await support.waiting(core, actor=SHELL)] == [event.support_id]


async def test_the_same_call_twice_is_one_and_another_day_another(core: Core, clock: StandingClock) -> None:
    first = await support.ask(core, call=Call("It is slow"), actor=PAYER)
    again = await support.ask(core, call=Call("It is slow"), actor=PAYER)
    clock.advance(hours=1)
    later = await support.ask(core, call=Call("It is slow"), actor=PAYER)

    assert first.support_id == again.support_id != later.support_id
    rows = await core.database.rows("SELECT 1 FROM timeline_entry WHERE kind = 'support.asked'")
    assert len(rows) == 2


async def test_numbers_of_cards_are_not_kept_and_no_event_holds_the_words(core: Core) -> None:
    event = await support.ask(core, call=Call("my card 4242 4242 4242 4242 fails"), actor=PAYER)

    card = await support.card(core, support_id=event.support_id, actor=SHELL)
    assert "4242 4242 4242" not in card.text
    fact = await core.database.row("SELECT fact::text AS fact FROM timeline_entry WHERE kind = 'support.asked'")
    assert fact is not None
    assert "fails" not in fact["fact"]


@pytest.mark.parametrize("named", ["", "x" * 500, "'; DROP TABLE", "abc def ghj"])
async def test_what_is_no_request_id_is_left_out(core: Core, named: str) -> None:
    event = await support.ask(core, call=Call("help", request_id=named), actor=PAYER)

    assert event.request == ""
    assert (await support.card(core, support_id=event.support_id, actor=SHELL)).trail == ()


async def test_nothing_said_and_no_address_are_refused(core: Core) -> None:
    with pytest.raises(ReasonMissing):
        await support.ask(core, call=Call("  "), actor=PAYER)
    with pytest.raises(AddressMalformed):
        await support.ask(core, call=Call("help", reply_to="not an address"), actor=PAYER)


async def test_a_call_is_closed_once_by_somebody_who_may(core: Core) -> None:
    event = await support.ask(core, call=Call("help"), actor=PAYER)

    with pytest.raises(NotAllowed):
        await support.close(core, support_id=event.support_id, outcome="done", actor=NOBODY)
    await support.close(core, support_id=event.support_id, outcome="a new link was sent", actor=SHELL)
    with pytest.raises(MoveRefused):
        await support.close(core, support_id=event.support_id, outcome="again", actor=SHELL)

    assert await support.waiting(core, actor=SHELL) == ()


async def test_what_is_not_there_is_said(core: Core) -> None:
    event = await support.ask(core, call=Call("help"), actor=PAYER)

    with pytest.raises(SupportNotFound):
        await support.card(core, support_id=type(event.support_id)(int=7), actor=SHELL)
    with pytest.raises(NotAllowed):
        await support.card(core, support_id=event.support_id, actor=NOBODY)


async def test_trails_are_forgotten_after_two_weeks(core: Core, clock: StandingClock) -> None:
    await trails.note(core, request_id="abcdefghjk", route="pay", method="POST", status=500, why="ValueError")
    clock.advance(days=15)
    await trails.note(core, request_id="abcdefghjm", route="pay", method="POST", status=500, why="ValueError")

    await trails.forget_old(core)

    assert await trails.of_request(core, request_id="abcdefghjk") == ()
    assert len(await trails.of_request(core, request_id="abcdefghjm")) == 1
    assert timedelta(days=7) < trails.KEPT


async def test_a_call_is_found_by_the_reference_that_its_writer_was_given(core: Core) -> None:
    events = [await support.ask(core, call=Call(f"Help {n}"), actor=PAYER) for n in range(3)]

    for event in events:
        for typed in (event.reference, event.reference.lower(), str(event.support_id)[:8]):
            assert await short_ids.resolve(core, what=Waiting.SUPPORT, text=typed) == event.support_id
