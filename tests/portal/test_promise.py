"""A payer says when money will come: the whole or a part, once, in their own format, and pays earlier if they like."""

import asyncio
from datetime import timedelta

from domain.commitments.models import Promise
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.pay_links import links
from tests.clocks import StandingClock
from tests.portal.browsers import Browser
from tests.portal.forms_sent import errors, send, token
from tests.portal.payers import a_payer


def in_days(clock: StandingClock, days: int) -> str:
    return (clock.now().date() + timedelta(days=days)).isoformat()


async def test_a_promise_over_everything_is_noted(core: Core, browser: Browser, clock: StandingClock) -> None:
    await a_payer(core, browser)

    answer = await send(browser, "/i/promise", how="whole", on=in_days(clock, 5), note="Friday's payment run")

    promise = await Promise.get()
    assert (answer.status, answer.location) == (303, "/i")
    assert (promise.amount_minor, promise.source, promise.note) == (12500, "portal", "Friday's payment run")


async def test_a_part_and_a_day_are_read_as_the_payer_writes_them(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)

    answer = await send(browser, "/i/promise", how="part", amount="40,50", on="10.3.2026")

    promise = await Promise.get()
    assert answer.status == 303
    assert (promise.amount_minor, promise.promised_on.isoformat()) == (4050, "2026-03-10")


async def test_what_cannot_be_taken_is_said_at_the_top_and_at_the_field_and_nothing_typed_is_lost(
    core: Core, browser: Browser
) -> None:
    await a_payer(core, browser)

    page = await send(browser, "/i/promise", how="part", amount="1,5,0", on="yesterday", note="see <b>below</b>")

    assert page.status == 422
    assert set(errors(page)) == {"on", "amount"}
    assert "<title>Error: " in page.text
    for kept in ('value="1,5,0"', 'value="yesterday"', "see &lt;b&gt;below&lt;/b&gt;"):
        assert kept in page.text
    assert await Promise.all().count() == 0


async def test_limits_are_told_before_the_post_and_hold_after_it(
    core: Core, browser: Browser, clock: StandingClock
) -> None:
    await a_payer(core, browser)
    last = in_days(clock, core.limits.promise_max_days)

    page = await browser.get("/i/promise")
    answer = await send(browser, "/i/promise", how="whole", on=in_days(clock, core.limits.promise_max_days + 1))

    assert f'max="{last}"' in page.text
    assert "ask for a payment plan" in page.text
    assert set(errors(answer)) == {"on"}


async def test_a_double_click_is_one_promise(core: Core, browser: Browser, clock: StandingClock) -> None:
    await a_payer(core, browser)
    form = {"token": await token(browser, "/i/promise"), "how": "whole", "on": in_days(clock, 3)}

    answers = await asyncio.gather(*(browser.post("/i/promise", form) for _ in range(4)))

    assert {each.status for each in answers} <= {303, 409}
    assert await Promise.all().count() == 1


async def test_a_second_word_over_everything_takes_the_place_of_the_first(
    core: Core, browser: Browser, clock: StandingClock
) -> None:
    await a_payer(core, browser)
    await send(browser, "/i/promise", how="whole", on=in_days(clock, 3))

    page = await browser.get("/i/promise")
    earlier = str((await Promise.get()).id)
    answer = await send(browser, "/i/promise", how="whole", on=in_days(clock, 9), replaces=earlier)

    assert "takes the place of that" in page.text
    assert answer.status == 303
    assert sorted([each.state for each in await Promise.all()]) == ["replaced", "running"]


async def test_a_card_number_in_a_note_is_not_kept(core: Core, browser: Browser, clock: StandingClock) -> None:
    await a_payer(core, browser)

    await send(browser, "/i/promise", how="whole", on=in_days(clock, 3), note="card 4111 1111 1111 1111 12/27")

    assert (await Promise.get()).note == "card •••• •••• •••• 1111 12/27"


async def test_when_the_link_was_replaced_meanwhile_nothing_is_sent_and_what_was_typed_is_given_back(
    core: Core, browser: Browser, clock: StandingClock
) -> None:
    await a_payer(core, browser)
    form = {"token": await token(browser, "/i/promise"), "how": "whole", "on": in_days(clock, 3), "note": "my words"}
    await links.regenerate(core, invoice_number="INV-1042", actor=SHELL)

    answer = await browser.post("/i/promise", form)

    assert answer.status == 404
    assert "Nothing was sent" in answer.text
    assert "my words" in answer.text
    assert await Promise.all().count() == 0


async def test_a_form_of_another_invoices_session_does_nothing(
    core: Core, browser: Browser, clock: StandingClock
) -> None:
    await a_payer(core, browser, "INV-1")
    form = {"token": await token(browser, "/i/promise"), "how": "whole", "on": in_days(clock, 3), "note": "my words"}
    await a_payer(core, browser, "INV-2")

    answer = await browser.post("/i/promise", form)

    assert answer.status == 403
    assert "my words" in answer.text
    assert await Promise.all().count() == 0


async def test_who_owes_nothing_sees_no_form(core: Core, browser: Browser) -> None:
    payer = await a_payer(core, browser)
    invoice = await payer.invoice()
    await type(invoice).filter(id=invoice.id).update(state="settled", open_minor=0, settled_on=invoice.due_on)

    page = await browser.get("/i/promise")

    assert "Nothing is open on this invoice" in page.text
    assert "<form" not in page.text
