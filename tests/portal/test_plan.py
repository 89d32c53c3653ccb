"""A payer asks for instalments, sees them before they are sent, and takes an offer or asks again."""

import asyncio
import html

from domain.commitments import plans
from domain.commitments.models import Plan, PlanInstalment
from domain.commitments.terms import Frequency, Schedule
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger.models import Invoice
from domain.pay_links import links, unsent
from tests.clocks import StandingClock
from tests.portal.browsers import Answer, Browser
from tests.portal.forms_sent import errors, hidden, send, token
from tests.portal.payers import a_payer

EQUAL = {"first": "2026-04-01", "count": "3", "frequency": "monthly", "reason": "our season begins in May"}
OWN = {
    "own": "yes", "day-1": "1.4.2026", "amount-1": "25", "day-2": "2026-05-01", "amount-2": "100,00",
    "reason": "season",
}  # fmt: skip


async def pressed(browser: Browser, go: str, **fields: str) -> Answer:
    """Press a button of the form, and follow to the page that it leads to by GET."""
    answer = await send(browser, "/i/plan", go=go, **fields)
    return await browser.get(answer.location) if answer.status == 303 else answer


async def checked(browser: Browser, **fields: str) -> Answer:
    return await pressed(browser, "check", **fields)


async def sent(browser: Browser, page: Answer) -> Answer:
    kept = {name: html.unescape(value) for name, value in hidden(page).items()}
    return await browser.post("/i/plan", {**kept, "go": "send"})


async def test_instalments_are_shown_before_anything_is_sent(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)

    page = await checked(browser, **EQUAL)

    assert page.status == 200
    assert page.title == "Check your payment plan"
    for words in ("Nothing has been sent yet", "41,66\xa0€", "41,67\xa0€", "our season begins in May"):
        assert words in page.text
    assert await Plan.all().count() == 0


async def test_a_checked_plan_is_sent_once_however_often_the_button_is_pressed(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)
    page = await checked(browser, **EQUAL)

    answers = await asyncio.gather(*(sent(browser, page) for _ in range(3)))

    assert {each.status for each in answers} == {303}
    plan = await Plan.get()
    assert (plan.state, plan.source, plan.reason) == ("requested", "portal", "our season begins in May")
    assert await PlanInstalment.filter(plan_id=plan.id).count() == 3


async def test_own_days_and_amounts_are_read_as_the_payer_writes_them(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)

    answer = await sent(browser, await checked(browser, **OWN))

    made = await PlanInstalment.all().order_by("position")
    assert answer.status == 303
    assert [(each.due_on.isoformat(), each.amount_minor) for each in made] == [
        ("2026-04-01", 2500), ("2026-05-01", 10000)]  # fmt: skip


async def test_a_sum_that_is_not_the_balance_says_by_how_much_in_the_payers_format(
    core: Core, browser: Browser
) -> None:
    await a_payer(core, browser, amount=Money(123456, "EUR"))

    page = await checked(browser, **OWN)

    assert "That is 1.109,56\xa0€ less than the 1.234,56\xa0€ that are open" in errors(page)["amount-1"]
    assert 'value="100,00"' in page.text


async def test_adding_a_row_keeps_everything_and_sends_nothing(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)

    page = await pressed(browser, "row", **OWN, **{"day-3": "", "amount-3": "7"})

    assert page.status == 200
    assert 'id="day-4"' in page.text
    for kept in ('value="2026-04-01"', 'value="25"', 'value="7"', ">\nseason</textarea>"):
        assert kept in page.text
    assert await Plan.all().count() == 0


async def test_rows_end_somewhere(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)
    rows = {f"day-{n}": "" for n in range(1, 60)}

    page = await pressed(browser, "row", own="yes", **rows)

    assert 'id="day-36"' in page.text
    assert 'id="day-37"' not in page.text
    assert "Add a row" not in page.text


async def test_equal_instalments_become_rows_to_change(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)

    page = await pressed(browser, "own", **EQUAL)

    for kept in ('value="2026-04-01"', 'value="41,66"', 'value="41,67"', "our season begins in May"):
        assert kept in page.text


async def test_every_fault_is_said_with_a_link_to_its_field(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)

    page = await checked(browser, first="soon", count="99", frequency="daily", reason=" ")

    assert page.status == 422
    assert list(errors(page)) == ["first", "count", "frequency", "reason"]


async def test_a_plan_that_waits_is_shown_and_may_be_replaced_by_other_terms(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)
    await sent(browser, await checked(browser, **EQUAL))

    page = await browser.get("/i/plan")
    again = await browser.get("/i/plan?again=yes")
    fields = {**hidden(again), **EQUAL, "count": "4", "go": "check"}
    answer = await sent(browser, await browser.get((await browser.post("/i/plan", fields)).location))

    assert page.title == "Your plan request is with us"
    assert answer.status == 303
    assert sorted([each.state for each in await Plan.all()]) == ["cancelled", "requested"]


async def test_an_offer_is_shown_with_its_note_and_accepted_by_one_press(
    core: Core, browser: Browser, clock: StandingClock
) -> None:
    await a_payer(core, browser)
    await sent(browser, await checked(browser, **EQUAL))
    first = clock.now().date().replace(month=4, day=15)
    offer = Schedule(first, 2, Frequency.MONTHLY)
    await plans.counter(core, invoice_number="INV-1042", wanted=offer, actor=SHELL, note="We need it by <May>.")

    page = await browser.get("/i/plan")
    form = {**hidden(page), "go": "accept"}
    answers = [await browser.post("/i/plan", form) for _ in range(2)]

    assert "We need it by &lt;May&gt;." in page.text
    assert [each.status for each in answers] == [303, 303]
    assert (await Plan.get()).state == "running"
    assert "Your payment plan" in (await browser.get("/i/plan")).title


async def test_an_offer_that_was_changed_meanwhile_is_not_accepted(
    core: Core, browser: Browser, clock: StandingClock
) -> None:
    await a_payer(core, browser)
    await sent(browser, await checked(browser, **EQUAL))
    first = clock.now().date().replace(month=4, day=15)
    two, three = (Schedule(first, count, Frequency.MONTHLY) for count in (2, 3))
    await plans.counter(core, invoice_number="INV-1042", wanted=two, actor=SHELL)
    page = await browser.get("/i/plan")
    clock.advance(minutes=1)
    await plans.counter(core, invoice_number="INV-1042", wanted=three, actor=SHELL)

    answer = await browser.post("/i/plan", {**hidden(page), "go": "accept"})

    assert answer.status == 409
    assert "Nothing was sent" in answer.text
    assert (await Plan.get()).state == "countered"


async def test_back_and_reload_of_every_step_ask_for_nothing_and_repeat_nothing(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)
    for go in ("row", "own", "equal", "edit", "check"):
        answer = await send(browser, "/i/plan", go=go, **EQUAL)
        assert answer.status == 303, go
        assert "season" not in answer.location

    check, again = [await browser.get("/i/plan/check") for _ in range(2)]
    form = await browser.get("/i/plan")

    assert check.title == again.title == "Check your payment plan"
    for kept in ('value="2026-04-01"', 'value="3"', "our season begins in May"):
        assert kept in form.text


async def test_going_back_after_a_plan_was_sent_shows_it_and_not_the_form(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)
    await sent(browser, await checked(browser, **EQUAL))

    back = await browser.get("/i/plan/check")

    assert (back.status, back.location) == (303, "/i/plan")
    assert (await browser.get("/i/plan")).title == "Your plan request is with us"
    assert await core.database.rows("SELECT 1 FROM unsent_form") == []


async def test_what_was_typed_is_this_browsers_alone_for_a_day_and_without_card_numbers(
    core: Core, browser: Browser, other_browser: Browser, clock: StandingClock
) -> None:
    await a_payer(core, browser)
    await a_payer(core, other_browser, "INV-2")
    await checked(browser, **EQUAL | {"reason": "no card 4111 1111 1111 1111 any more"})

    theirs = await other_browser.get("/i/plan/check")
    [kept] = await core.database.rows("SELECT fields FROM unsent_form")
    clock.advance(days=1)

    assert (theirs.status, theirs.location) == (303, "/i/plan")
    assert "4111 1111" not in str(kept)
    assert (await browser.get("/i/plan/check")).status == 303
    await unsent.forget_old(core)
    assert await core.database.rows("SELECT 1 FROM unsent_form") == []


async def test_a_payment_between_typing_and_looking_again_is_said_on_the_form(core: Core, browser: Browser) -> None:
    payer = await a_payer(core, browser)
    await checked(browser, **OWN)
    await Invoice.filter(id=payer.invoice_id).update(open_minor=10_000)

    page = await browser.get("/i/plan/check")

    assert page.status == 200
    assert "more than the 100,00" in errors(page)["amount-1"]


async def test_nothing_is_kept_for_a_session_that_is_over(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)
    form = await token(browser, "/i/plan")
    await links.regenerate(core, invoice_number="INV-1042", actor=SHELL)

    answer = await browser.post("/i/plan", {"token": form, "go": "check", **EQUAL})

    assert answer.status == 404
    assert "our season begins in May" in answer.text
    assert (await browser.get("/i/plan/check")).status == 404
    assert await core.database.rows("SELECT 1 FROM unsent_form") == []


async def test_a_plan_and_a_stamp_of_nothing_known_are_no_error_of_ours(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)
    form = await token(browser, "/i/plan")

    answers = [
        await browser.post("/i/plan", {"token": form, "go": "accept", "stamp": "x" * 5000}),
        await browser.post("/i/plan", {"token": form, "go": "send", "stamp": "x", **EQUAL}),
    ]

    assert [each.status for each in answers] == [409, 409]
