"""What users of other portals complain of, as tests of ours; the names follow the list of complaints, C1 to C11."""

import asyncio
import re

import pytest

from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger.models import Account
from portal import paying
from tests.builders import an_invoice
from tests.domain.commitments.commitments_made import a_payment, a_plan
from tests.portal.browsers import Answer, Browser
from tests.portal.fake_gateway import FakeGateway
from tests.portal.payers import a_payer

MAIN_ACTION = 'class="main"'

CONTACT = "ar@northwind.example"


def plain(page: Answer) -> str:
    """Return the page with ordinary blanks."""
    return page.text.replace("\xa0", " ")


async def pay_part(browser: Browser, gateway: FakeGateway, amount: str) -> None:
    assert (await browser.pay(amount=amount)).status == 303
    gateway.pay(gateway.latest)
    await browser.get("/i/return")


async def test_c1_a_bank_debit_is_not_shown_as_paid_while_it_is_pending(
    core: Core, browser: Browser, gateway: FakeGateway
) -> None:
    await a_payer(core, browser, amount=Money(9900, "USD"))
    await browser.pay()
    gateway.debit(gateway.latest)
    await browser.get("/i/return")

    page = await browser.get("/i")

    assert page.banner == "Payment processing"
    assert "settled" not in page.text.lower()
    assert ">Paid<" not in page.text
    assert "up to 4 business days" in page.text


async def test_c2_a_payment_that_succeeded_is_not_shown_as_pending_though_no_webhook_came(
    core: Core, browser: Browser, gateway: FakeGateway
) -> None:
    await a_payer(core, browser, amount=Money(9900, "USD"))
    await browser.pay()
    gateway.debit(gateway.latest)
    await browser.get("/i/return")
    page = gateway.latest
    gateway.pay(page, method="bank debit")

    await paying.ask(core, gateway, page.session_id)

    assert (await browser.get("/i")).banner == "Paid"


async def test_c3_one_click_leads_from_our_page_to_the_payment_page(
    core: Core, browser: Browser, gateway: FakeGateway
) -> None:
    await a_payer(core, browser)
    page = await browser.get("/i")

    answer = await browser.pay()

    assert page.text.count(MAIN_ACTION) == 1
    assert (answer.status, answer.headers["Location"]) == (303, f"https://checkout.test/{gateway.latest.session_id}")


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
async def test_c4_below_the_minimum_the_page_says_why_nothing_can_be_paid(
    core: Core, browser: Browser, language: str
) -> None:
    await a_payer(core, browser, amount=Money(40, "EUR"))

    page = await browser.get(f"/i?language={language}")

    assert MAIN_ACTION not in page.text
    said = re.search(r'<p class="note">([^<]+)</p>', page.text)
    assert said
    assert CONTACT in said[1]


async def test_c5_partly_paid_is_not_all_that_is_said_and_what_came_stands_beside_what_is_open(
    core: Core, browser: Browser, gateway: FakeGateway
) -> None:
    payer = await a_payer(core, browser, amount=Money(200_000, "EUR"))
    await core.database.execute("UPDATE invoice SET due_on = due_on + 30 WHERE id = %s", (payer.invoice_id,))

    await pay_part(browser, gateway, "500,00")

    page = await browser.get("/i")
    assert page.banner == "Payment received"
    assert "overdue" not in page.text
    for words in ("We received 500,00 €; 1.500,00 € is still open.", "Paid so far", "Pay 1.500,00 €"):
        assert words in plain(page)


async def test_c6_the_page_asks_for_the_instalment_and_not_for_the_full_sum(
    core: Core, browser: Browser, gateway: FakeGateway
) -> None:
    payer = await a_payer(core, browser)
    await a_plan(core, await payer.invoice(), (6000, 6500))

    page = await browser.get("/i")
    await browser.pay()

    assert "Pay 60,00 €" in plain(page)
    assert gateway.latest.order.amount == Money(6000, "EUR")


async def test_c7_after_a_part_payment_exactly_the_rest_is_charged(
    core: Core, browser: Browser, gateway: FakeGateway
) -> None:
    await a_payer(core, browser, amount=Money(200_000, "EUR"))
    await pay_part(browser, gateway, "500,00")

    await browser.pay()

    assert gateway.latest.order.amount == Money(150_000, "EUR")


async def test_c8_a_paid_invoice_asks_for_nothing(core: Core, browser: Browser, gateway: FakeGateway) -> None:
    await a_payer(core, browser)
    await browser.pay()
    gateway.pay(gateway.latest)
    await browser.get("/i/return")

    page = await browser.get("/i")

    assert page.banner == "Paid"
    assert "Nothing left to pay" in page.text
    assert "i/pay" not in page.text
    assert MAIN_ACTION not in page.text


async def test_c9_own_amount_history_and_remaining_balance_are_on_the_page(
    core: Core, browser: Browser, gateway: FakeGateway
) -> None:
    await a_payer(core, browser, amount=Money(200_000, "EUR"))

    await pay_part(browser, gateway, "500,00")

    page = plain(await browser.get("/i"))
    assert 'name="amount"' in page
    assert "Payment received" in page
    assert "by card ending 4242" in page
    assert re.search(r"Receipt R-[\d-]+ \(PDF\)", page)
    assert "1.500,00 €" in page


async def test_c9_the_other_open_invoices_of_the_customer_are_listed_each_with_a_fresh_link(
    core: Core, browser: Browser
) -> None:
    payer = await a_payer(core, browser)
    account = await Account.get(id=(await payer.invoice()).account_id)
    await an_invoice(core, "INV-7", account=account)
    await an_invoice(core, "INV-8")

    page = await browser.get("/i")

    assert "INV-7" in page.text
    assert "INV-8" not in page.text, "an invoice of somebody else"
    assert 'action="./i/others"' in page.text


async def test_c10_whoever_paid_too_much_sees_zero_and_whom_to_ask(
    core: Core, browser: Browser, gateway: FakeGateway
) -> None:
    payer = await a_payer(core, browser)
    await browser.pay()
    await a_payment(core, await payer.invoice(), 12_500)
    gateway.pay(gateway.latest)
    await browser.get("/i/return")

    page = await browser.get("/i")

    assert "Nothing left to pay" in page.text
    assert "-125,00" not in plain(page)
    assert CONTACT in page.text


@pytest.mark.parametrize("path", ["/", "/l/x", "/u/x", "/i", "/i/return", "/nowhere", "/support", "/static/none.css"])
async def test_c10_the_merchants_contact_is_on_every_page_and_error(browser: Browser, path: str) -> None:
    assert f'<a href="mailto:{CONTACT}">' in (await browser.get(path)).text


async def test_c11_an_instalment_that_is_not_due_yet_can_be_paid_early_and_so_can_the_whole(
    core: Core, browser: Browser, gateway: FakeGateway
) -> None:
    payer = await a_payer(core, browser)
    await a_plan(core, await payer.invoice(), (6000, 6500), first=20)

    page = plain(await browser.get("/i"))
    await browser.pay()

    assert "Pay 60,00 €" in page
    assert "Pay the whole balance of 125,00 €" in page
    assert gateway.latest.order.amount == Money(6000, "EUR")


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
async def test_paid_processing_and_failed_are_three_banners_in_every_language(
    core: Core, browser: Browser, gateway: FakeGateway, language: str
) -> None:
    ends = (gateway.pay, gateway.debit, gateway.decline)

    async def ended(number: int) -> tuple[str, str]:
        await a_payer(core, browser, f"INV-{number}", amount=Money(9900, "USD"))
        await browser.pay()
        ends[number](gateway.latest)
        await browser.get("/i/return")
        page = await browser.get(f"/i?language={language}")
        tone = re.search(r'<section class="banner (\w+)"', page.text)
        assert tone
        return tone[1], page.banner

    banners = [await ended(number) for number in range(3)]

    assert [tone for tone, _ in banners] == ["good", "wait", "bad"]
    assert len({title for _, title in banners}) == 3


async def test_reload_and_double_click_change_nothing_of_what_is_told(
    core: Core, browser: Browser, gateway: FakeGateway
) -> None:
    await a_payer(core, browser)
    await browser.pay()
    gateway.pay(gateway.latest)
    await asyncio.gather(*(browser.get("/i/return") for _ in range(3)))

    pages = [await browser.get("/i") for _ in range(3)]

    assert {page.banner for page in pages} == {"Paid"}
