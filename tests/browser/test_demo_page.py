"""The guided first minute on the demo page: the ledger, a reminder, the payment, and what operators see of it."""

import re

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import shot
from tests.flows.stage import Stage


@pytest.mark.browser
async def test_a_visitor_imports_reads_the_reminder_and_pays(on_stage: Stage, browser: Browser) -> None:
    page = await browser.new_page(viewport={"width": 1400, "height": 900})
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
    await page.goto(on_stage.demo.sandbox.url)
    await on_stage.imports(number="INV-77")

    await expect(page.locator("[data-pane=channel]")).to_contain_text("1 rows read, 1 new")
    mail = page.locator("[data-pane=mail] button[data-mail]", has_text="INV-77").first
    await expect(mail).to_be_visible(timeout=20_000)
    await shot(page, "1-reminder-in-the-box")
    await mail.click()
    await shot(page, "2-reminder-read")
    letter = page.frame_locator("[data-pane=mail] iframe")
    async with page.context.expect_page() as opening:
        await letter.get_by_role("link", name="View and pay the invoice").click()
    portal = await opening.value
    await portal.wait_for_load_state()
    await shot(portal, "3-door")
    await portal.locator("button.main").click()
    await expect(portal.locator("body")).to_contain_text("125,00 €")
    await shot(portal, "4-invoice")
    await portal.locator("button.main").click()
    await portal.wait_for_url(re.compile("/stripe/pay/"))
    await shot(portal, "5-checkout")
    await portal.locator("form button[type=submit]").first.click()
    await portal.wait_for_url(re.compile(re.escape(on_stage.portal)))
    await expect(portal.locator(".banner")).to_contain_text("Paid")
    await shot(portal, "6-paid")

    await page.bring_to_front()
    await expect(page.locator("[data-pane=channel]")).to_contain_text("125,00 EUR", timeout=20_000)
    await page.locator("#say").fill("/plixo invoice INV-77")
    await page.locator("#say").press("Enter")
    await expect(page.locator("[data-pane=channel]")).to_contain_text(re.compile("settled", re.IGNORECASE))
    await on_stage.mail(subject="Receipt")
    await shot(page, "7-slack")
    assert wrong == []


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1400])
async def test_no_page_of_the_payer_is_wider_than_the_window(on_stage: Stage, browser: Browser, width: int) -> None:
    await on_stage.imports()
    link = on_stage.link_in(await on_stage.mail(subject="INV-1"))
    page = await browser.new_page(viewport={"width": width, "height": 800})

    for step, name in ((None, "door"), ("button.main", "invoice")):
        if step is None:
            await page.goto(link)
        else:
            await page.locator(step).click()
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, name
        await shot(page, f"{name}-{width}")
