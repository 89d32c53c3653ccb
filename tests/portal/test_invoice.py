"""The payer sees what is owed, pays it once, comes back to a clear word, and finds the receipt."""

import asyncio
import re
from dataclasses import replace

import pytest
from aiohttp.test_utils import TestServer

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger.models import Account, Contact, Invoice, Payment, Receipt
from domain.pay_links import links
from domain.pay_links.models import Checkout, PayLink
from tests.clocks import StandingClock
from tests.domain.commitments.commitments_made import a_plan
from tests.domain.pay_links.payers import told
from tests.portal.browsers import FROM_OUR_PAGE, Browser, a_browser
from tests.portal.fake_gateway import FakeGateway
from tests.portal.payers import a_payer


async def test_the_page_says_what_is_owed_since_when_and_how_to_pay_it(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)

    page = (await browser.get("/i")).text

    for words in ("Invoice INV-1042", "Amount due", "125,00\xa0€", "7 days overdue", "Pay 125,00\xa0€"):
        assert words in page
    assert page.count('class="main"') == 1


async def test_looking_does_not_keep_the_link_alive(core: Core, browser: Browser, clock: StandingClock) -> None:
    payer = await a_payer(core, browser)
    clock.advance(days=6)

    await browser.get("/i")

    assert (await PayLink.get(id=payer.link.id)).last_active_at < clock.now()


async def test_a_hostile_customer_name_is_text(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)
    await Account.all().update(name="<script>alert(1)</script>{{ 7*7 }}\u202e" + "x" * 10_000)

    page = (await browser.get("/i")).text

    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }}" in page


async def test_pay_leads_to_the_providers_page(core: Core, browser: Browser, gateway: FakeGateway) -> None:
    await a_payer(core, browser)

    answer = await browser.pay()

    assert (answer.status, answer.headers["Location"]) == (303, f"https://checkout.test/{gateway.latest.session_id}")


async def test_a_double_click_on_pay_is_one_page(core: Core, browser: Browser, gateway: FakeGateway) -> None:
    await a_payer(core, browser)

    answers = await asyncio.gather(*(browser.pay() for _ in range(4)))

    assert len({each.headers["Location"] for each in answers}) == 1
    assert len(gateway.pages) == 1
    assert await Checkout.all().count() == 1


@pytest.mark.parametrize("fields", [{}, {"token": "0" * 64}, {"token": "x" * 10_000}])
async def test_pay_without_the_forms_token_does_nothing(
    core: Core, browser: Browser, gateway: FakeGateway, fields: dict[str, str]
) -> None:
    await a_payer(core, browser)

    assert (await browser.post("/i/pay", fields)).status == 403
    assert gateway.calls == []


async def test_pay_from_another_site_does_nothing_even_with_the_token(
    core: Core, browser: Browser, gateway: FakeGateway
) -> None:
    await a_payer(core, browser)
    token = re.search(r'name="token" value="(\w+)"', (await browser.get("/i")).text)
    assert token

    answer = await browser.post("/i/pay", {"token": token[1]}, headers=FROM_OUR_PAGE | {"Sec-Fetch-Site": "cross-site"})

    assert answer.status == 403
    assert gateway.calls == []


async def test_the_token_of_another_session_does_not_fit(core: Core, server: TestServer, browser: Browser) -> None:
    await a_payer(core, browser)
    async with a_browser(server) as attacker:
        await a_payer(core, attacker, "INV-2")
        token = re.search(r'name="token" value="(\w+)"', (await attacker.get("/i")).text)
    assert token

    assert (await browser.post("/i/pay", {"token": token[1]})).status == 403


async def test_coming_back_after_a_card_payment_shows_paid_with_the_receipt(
    core: Core, browser: Browser, gateway: FakeGateway
) -> None:
    payer = await a_payer(core, browser)
    await browser.pay()
    gateway.pay(gateway.latest)

    back = await browser.get("/i/return")

    assert (back.status, back.location) == (303, "/i")
    page = await browser.get("/i")
    receipt = await Receipt.get()
    assert page.banner == "Paid"
    assert f"Reference {receipt.number}" in page.text
    assert "Pay 125" not in page.text
    assert (await payer.invoice()).state == "settled"


async def test_the_receipt_can_be_downloaded_and_is_the_one_that_is_kept(
    core: Core, browser: Browser, gateway: FakeGateway
) -> None:
    await a_payer(core, browser)
    await browser.pay()
    gateway.pay(gateway.latest)
    await browser.get("/i/return")
    receipt = await Receipt.get()

    answer = await browser.get(f"/i/receipt/{receipt.number}.pdf")

    assert answer.body == bytes(receipt.pdf)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{receipt.number}.pdf"'


async def test_the_receipt_of_another_invoice_is_not_there(
    core: Core, browser: Browser, other_browser: Browser, gateway: FakeGateway
) -> None:
    await a_payer(core, browser)
    await browser.pay()
    gateway.pay(gateway.latest)
    await browser.get("/i/return")
    receipt = await Receipt.get()
    await a_payer(core, other_browser, "INV-2")

    assert (await other_browser.get(f"/i/receipt/{receipt.number}.pdf")).status == 404
    assert (await other_browser.get("/i/receipt/R-2026-999999.pdf")).status == 404


async def test_coming_back_twice_books_once(core: Core, browser: Browser, gateway: FakeGateway) -> None:
    await a_payer(core, browser)
    await browser.pay()
    gateway.pay(gateway.latest)

    await asyncio.gather(*(browser.get("/i/return") for _ in range(4)))

    assert await Payment.all().count() == 1
    assert await Receipt.all().count() == 1


async def test_a_bank_debit_shows_processing_and_never_paid(core: Core, browser: Browser, gateway: FakeGateway) -> None:
    payer = await a_payer(core, browser, amount=Money(9900, "USD"))
    await browser.pay()
    gateway.debit(gateway.latest)

    await browser.get("/i/return")

    page = await browser.get("/i")
    assert page.banner == "Payment processing"
    assert re.search(r"Reference [0-9A-F]{4}-[0-9A-F]{4}", page.text)
    assert "/i/pay" not in page.text
    assert "overdue" not in page.text
    assert (await payer.invoice()).state == "open"


async def test_a_decline_shows_failed_in_plain_words_and_the_payer_may_try_again(
    core: Core, browser: Browser, gateway: FakeGateway
) -> None:
    await a_payer(core, browser)
    await browser.pay()
    gateway.decline(gateway.latest, "insufficient_funds")

    await browser.get("/i/return")

    page = await browser.get("/i")
    assert page.banner == "Payment failed"
    assert "There was not enough money in the account." in page.text
    assert "<title>Error: Payment failed" in page.text
    assert (await browser.pay()).status == 303


@pytest.mark.parametrize("code", ["stolen_card", "fraudulent", "lost_card", "something_new"])
async def test_a_delicate_decline_is_told_like_any_other(
    core: Core, browser: Browser, gateway: FakeGateway, code: str
) -> None:
    await a_payer(core, browser)
    await browser.pay()
    gateway.decline(gateway.latest, code)
    await browser.get("/i/return")

    page = (await browser.get("/i")).text

    assert "Your bank or card issuer declined the payment." in page
    assert code not in page
    assert [fact["code"] for fact in await told(core, "payment.declined")] == [code]


async def test_coming_back_while_the_provider_is_silent_says_so_and_books_nothing(
    core: Core, browser: Browser, gateway: FakeGateway
) -> None:
    await a_payer(core, browser)
    await browser.pay()
    gateway.pay(gateway.latest)
    gateway.down = True

    answer = await browser.get("/i/return")

    assert (answer.status, answer.title) == (200, "We are confirming your payment")
    gateway.down = False
    assert (await browser.get("/i/return")).status == 303


async def test_coming_back_in_another_browser_shows_nothing_of_the_invoice(
    core: Core, browser: Browser, other_browser: Browser
) -> None:
    await a_payer(core, browser)

    answer = await other_browser.get("/i/return")

    assert (answer.status, answer.title) == (200, "Thank you")
    assert "INV-1042" not in answer.text


async def test_a_silent_provider_is_said_with_a_request_id_and_the_next_click_is_the_same_order(
    core: Core, browser: Browser, gateway: FakeGateway
) -> None:
    await a_payer(core, browser)
    gateway.down = True
    answer = await browser.pay()
    gateway.down = False

    again = await browser.pay()

    assert answer.status == 503
    assert "Nothing was charged" in answer.text
    assert answer.headers["X-Request-ID"] in answer.text
    assert again.status == 303
    assert await Checkout.all().count() == 1


async def test_a_crash_after_the_call_and_before_its_answer_is_stored_repeats_the_same_order(
    core: Core, browser: Browser, gateway: FakeGateway
) -> None:
    await a_payer(core, browser)
    await browser.pay()
    await Checkout.all().update(session_id=None, url=None)
    await core.database.execute("UPDATE checkout SET state = 'created'")

    answer = await browser.pay()

    assert answer.headers["Location"].endswith(gateway.latest.session_id)
    assert len(gateway.pages) == 1


async def test_an_order_that_the_provider_refuses_is_told_to_operators_and_said_to_the_payer(
    core: Core, browser: Browser, gateway: FakeGateway
) -> None:
    await a_payer(core, browser)
    gateway.refusing = "the key was revoked"

    answer = await browser.pay()

    assert answer.status == 503
    assert "revoked" not in answer.text
    assert "revoked" in str(await told(core, "checkout.ended"))


async def test_paying_what_is_settled_meanwhile_is_refused_in_words(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)
    token = re.search(r'name="token" value="(\w+)"', (await browser.get("/i")).text)
    assert token
    await (await Invoice.get()).move("settle", open_minor=0)

    answer = await browser.post("/i/pay", {"token": token[1]})

    assert answer.status == 409
    assert "There is nothing to pay" in answer.text


async def test_a_changed_amount_ends_the_old_page_before_the_new_one_opens(
    core: Core, browser: Browser, gateway: FakeGateway
) -> None:
    await a_payer(core, browser)
    await browser.pay()
    old = gateway.latest
    await Invoice.all().update(open_minor=5000)

    await browser.pay()

    assert old.status.value == "expired"
    assert gateway.latest.order.amount == Money(5000, "EUR")


async def test_an_old_page_that_was_paid_in_that_moment_is_taken_and_no_second_one_opens(
    core: Core, browser: Browser, gateway: FakeGateway
) -> None:
    payer = await a_payer(core, browser)
    await browser.pay()
    await Invoice.all().update(open_minor=5000)
    gateway.pay(gateway.latest)

    answer = await browser.pay()

    assert answer.status == 409
    assert (await payer.invoice()).state == "settled"
    assert len(gateway.pages) == 1
    assert len(await told(core, "payment.surplus")) == 1


async def test_a_link_regenerated_while_the_page_opens_sends_nobody_there(
    core: Core, browser: Browser, gateway: FakeGateway
) -> None:
    await a_payer(core, browser)
    opens = gateway.open

    async def slow(order: object) -> object:
        snapshot = await opens(order)  # type: ignore[arg-type]
        await links.regenerate(core, invoice_number="INV-1042", actor=SHELL)
        await core.database.execute("UPDATE checkout SET state = 'expired'")
        return snapshot

    gateway.open = slow  # type: ignore[method-assign, assignment]

    answer = await browser.pay()

    assert answer.status == 404
    assert gateway.latest.status.value == "expired"


async def test_an_amount_that_cannot_be_collected_says_whom_to_ask(core: Core, browser: Browser) -> None:
    await a_payer(core, browser, amount=Money(40, "EUR"))

    page = (await browser.get("/i")).text

    assert "This amount cannot be paid online. Please contact us: ar@northwind.example" in page
    assert "/i/pay" not in page


async def test_a_misfit_is_shown_as_being_checked_without_a_button(
    core: Core, browser: Browser, gateway: FakeGateway
) -> None:
    await a_payer(core, browser)
    await browser.pay()
    gateway.pay(gateway.latest)
    gateway.latest.order = replace(gateway.latest.order, amount=Money(1, "EUR"))

    await browser.get("/i/return")

    page = await browser.get("/i")
    assert page.banner == "Payment being checked"
    assert "/i/pay" not in page.text


async def test_numbers_and_dates_are_the_payers(core: Core, browser: Browser) -> None:
    await a_payer(core, browser, amount=Money(123456, "USD"))
    await Account.all().update(locale="en_US", country="US")

    page = (await browser.get("/i")).text

    assert "$1,234.56" in page
    assert "March 3, 2026" in page


@pytest.mark.parametrize("locale", ["xx", "../../etc/passwd", "de-DE", "zh_Hant_TW", "ar", "\u202e"])
async def test_no_locale_breaks_the_page(core: Core, browser: Browser, locale: str) -> None:
    await a_payer(core, browser)
    await Account.all().update(locale=locale)

    assert (await browser.get("/i")).status == 200


async def test_the_full_address_never_stands_on_the_page(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)
    await Contact.all().update(email="anna.secret@acme.example")

    page = (await browser.get("/i")).text

    assert "anna.secret" not in page
    assert "a…@acme.example" in page


@pytest.mark.parametrize("path", ["/i", "/i/receipt/R-2026-000001.pdf"])
async def test_without_a_session_there_is_the_page_of_dead_links(browser: Browser, path: str) -> None:
    answer = await browser.get(path)

    assert (answer.status, answer.title) == (404, "This link does not work any more")


async def test_a_guesser_is_slowed_down(browser: Browser) -> None:
    answers = [await browser.get("/i", headers={"Cookie": "plixo=" + "A" * 43}) for _ in range(61)]

    assert [each.status for each in answers] == [404] * 60 + [429]


async def test_the_second_button_pays_the_whole_balance_instead_of_the_instalment(
    core: Core, browser: Browser, gateway: FakeGateway
) -> None:
    payer = await a_payer(core, browser)
    await a_plan(core, await payer.invoice(), (6000, 6500))
    page = (await browser.get("/i")).text
    assert "Pay 60,00\xa0€" in page
    assert "Pay the whole balance of 125,00\xa0€" in page
    token = re.search(r'name="token" value="(\w+)"', page)
    assert token
    await browser.pay()
    assert gateway.latest.order.amount == Money(6000, "EUR")

    answer = await browser.post("/i/pay", {"token": token[1], "whole": "yes"})

    assert answer.status == 303
    assert gateway.latest.order.amount == Money(12500, "EUR")
    assert len(await told(core, "checkout.ended")) == 1
