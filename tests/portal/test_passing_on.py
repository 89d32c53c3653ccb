"""The page of passing on and the list of other invoices, as a payer meets them."""

import re

import pytest

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger.models import Account
from domain.pay_links import forwardings
from domain.pay_links.models import Forwarding
from tests.builders import a_contact, an_invoice
from tests.domain.pay_links.payers import told
from tests.portal.browsers import Answer, Browser
from tests.portal.payers import a_payer

BEN = {"name": "Ben Okri", "email": "ben@acme.example", "note": "He has the budget"}


async def token(browser: Browser) -> str:
    found = re.search(r'name="token" value="(\w+)"', (await browser.get("/i/forward")).text)
    assert found
    return found[1]


async def passed_on(browser: Browser, **fields: str) -> Answer:
    return await browser.post("/i/forward", {"token": await token(browser), **(BEN | fields)})


async def test_a_payer_names_somebody_and_sees_that_it_waits_and_then_the_answer(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)
    assert "i/forward" in (await browser.get("/i")).text

    sent = await passed_on(browser)
    waiting = (await browser.get("/i")).text
    await forwardings.approve(core, forwarding_id=(await Forwarding.get()).id, actor=SHELL)
    answered = (await browser.get("/i")).text

    assert (sent.status, sent.location) == (303, "/i")
    assert "Passed on" in waiting
    assert "Ben Okri (b…@acme.example)" in waiting
    assert "ben@acme.example" not in waiting
    assert "Link sent" in answered


async def test_the_answer_is_the_same_for_a_known_an_own_and_a_new_address(core: Core, browser: Browser) -> None:
    payer = await a_payer(core, browser)
    account = await Account.get(id=(await payer.invoice()).account_id)
    await a_contact(core, account, "carl@acme.example")

    answers = [await passed_on(browser, email=each) for each in ("carl@acme.example", "ben@acme.example")]

    assert [(each.status, each.location) for each in answers] == [(303, "/i")] * 2
    page = (await browser.get("/i")).text
    assert page.count("Passed on") == 2
    assert "Link sent" not in page


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("email", "ben at acme", "Enter one e-mail address in the form"),
        ("email", "", "Enter the e-mail address of that person."),
        ("email", "a@b.example,c@d.example", "Enter one e-mail address in the form"),
        ("email", "ben@acme.example\r\nBcc: eve@evil.example", "Enter one e-mail address in the form"),
        ("name", "", "Enter the name of the person who should pay."),
        ("name", "x" * 101, "101"),
        ("note", "x" * 501, "501"),
    ],
)
async def test_what_cannot_be_taken_is_said_at_the_field_and_what_was_typed_is_kept(
    core: Core, browser: Browser, field: str, typed: str, said: str
) -> None:
    await a_payer(core, browser)

    answer = await passed_on(browser, **{field: typed})

    assert answer.status == 422
    assert "<title>Error: " in answer.text
    assert answer.text.count(said) >= 2
    assert f'href="#{field}"' in answer.text
    assert "Ben Okri" in answer.text or field == "name"
    assert await Forwarding.all().count() == 0


async def test_naming_people_is_limited(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)
    sent = await token(browser)

    answers = [
        await browser.post("/i/forward", {"token": sent, "name": "Ben", "email": "ben@acme.example"}) for _ in range(7)
    ]

    assert [each.status for each in answers] == [303] * 6 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert "ben@acme.example" in answers[-1].text  # what was typed is given back


async def test_another_invoice_is_listed_and_its_link_goes_to_the_address_on_file(core: Core, browser: Browser) -> None:
    payer = await a_payer(core, browser)
    account = await Account.get(id=(await payer.invoice()).account_id)
    await an_invoice(core, "INV-7", account=account)
    page = (await browser.get("/i")).text
    assert "Other open invoices" in page
    assert 'aria-label="Send me a fresh link to invoice INV-7"' in page

    real = await browser.post("/i/others", {"token": await token(browser), "invoice": "INV-7"})
    made_up = await browser.post("/i/others", {"token": await token(browser), "invoice": "INV-8"})

    strip = [each.text.replace(each.headers["X-Request-ID"], "") for each in (real, made_up)]
    assert real.status == made_up.status == 200
    assert strip[0] == strip[1]
    assert "a…@acme.example" in real.text
    assert [each["invoice_number"] for each in await told(core, "link.regenerated")] == ["INV-7"]
