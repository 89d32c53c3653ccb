"""Stripe in Slack: whether it can be relied upon, and what is decided about money that fits no entry."""

import json
from uuid import UUID

import pytest

from bot import ids
from bot.asks import Click
from bot.blocks import Message, problems
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.ports import Movement
from domain.ledger.models import Invoice
from domain.operations import short_ids
from domain.pay_links import provider_health, reconciling
from domain.pay_links.models import StrayMovement
from tests.bot import in_words
from tests.bot.conftest import ANNA, VERA
from tests.builders import an_invoice
from tests.clocks import START

pytestmark = pytest.mark.usefixtures("staff")


def shown(message: Message) -> str:
    assert problems(message) == ()
    return message.text + json.dumps(message.blocks, ensure_ascii=False)


async def said(core: Core, text: str, *, by: str = ANNA) -> str:
    return shown(await in_words.say(core, text, slack_id=by))


async def pressed(core: Core, action: ids.Action, *, by: str = ANNA, **parts: UUID) -> str:
    return shown(await in_words.press(core, Click(action=action, value=ids.value(**parts), slack_id=by)))


async def a_stray(core: Core, about: str = "INV-1042") -> UUID:
    await reconciling.compare(
        core, movements=[Movement("ch_9", "payment", Money(12_500, "EUR"), START, "ch_9", about=about)]
    )
    return (await StrayMovement.get()).id


async def test_payments_says_what_stands_in_the_way_and_what_to_do(core: Core) -> None:
    before = await said(core, "payments", by=VERA)
    await provider_health.note_odd(core, "events of live mode arrive", remedy="Remove this endpoint.")

    after = await said(core, "payments")

    assert "no event has arrived yet" in before
    assert "events of live mode arrive" in after
    assert "Remove this endpoint." in after


async def test_money_that_names_an_invoice_is_booked_by_a_button(core: Core) -> None:
    invoice = await an_invoice(core)
    stray = await a_stray(core)
    listed = await said(core, "stray")

    answer = await pressed(core, ids.Action.BOOK_STRAY, stray=stray, invoice_id=invoice.id)
    again = await pressed(core, ids.Action.BOOK_STRAY, stray=stray, invoice_id=invoice.id)

    assert "Book on INV-1042" in listed
    assert "Found at Stripe and booked here" in answer
    assert "waits any more" in again
    assert (await Invoice.get()).state == "settled"


async def test_money_is_booked_on_an_invoice_that_is_typed(core: Core) -> None:
    await an_invoice(core)
    stray = await a_stray(core, about="by telephone")

    answer = await said(core, f"stray book {short_ids.short(stray)} inv-1042")

    assert "INV-1042: Found at Stripe and booked here" in answer


async def test_money_is_left_out_for_a_reason(core: Core) -> None:
    stray = await a_stray(core)
    short = short_ids.short(stray)

    hint = await pressed(core, ids.Action.DISMISS_STRAY, stray=stray)
    without = await said(core, f"stray dismiss {short}")
    answer = await said(core, f"stray dismiss {short} it is from the web shop")

    assert f"/plixo stray dismiss {short}" in hint
    assert "Why" in without
    assert "it is from the web shop" in answer
    assert "nothing waits for a decision" in await pressed(core, ids.Action.LIST_STRAYS)


async def test_who_may_only_look_decides_nothing(core: Core) -> None:
    await an_invoice(core)
    stray = await a_stray(core)

    refused = await said(core, f"stray dismiss {short_ids.short(stray)} no", by=VERA)
    pressed_in_vain = await pressed(core, ids.Action.DISMISS_STRAY, stray=stray, by=VERA)

    assert "apply cash" in refused
    assert "apply cash" in pressed_in_vain
    assert (await StrayMovement.get()).state == "open"
