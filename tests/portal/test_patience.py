"""A payer is not kept waiting by whatever works on the invoice for long, and may try again."""

import psycopg
import pytest

from domain.commitments.models import Promise
from domain.kernel import patience
from domain.kernel.core import Core
from domain.ledger.models import Invoice
from tests.clocks import StandingClock
from tests.portal.browsers import Browser
from tests.portal.forms_sent import token
from tests.portal.payers import a_payer
from tests.portal.test_promise import in_days


async def test_an_act_on_an_invoice_that_is_held_is_declined_and_works_afterwards(
    core: Core, browser: Browser, clock: StandingClock, empty_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "LOCK_SECONDS", 0.2)
    await a_payer(core, browser)
    form = {
        "note": "After the trip to Oslo.",
        "token": await token(browser, "/i/promise"),
        "how": "whole",
        "on": in_days(clock, 3),
    }

    async with await psycopg.AsyncConnection.connect(empty_database) as other:
        await other.execute("SELECT FROM invoice FOR UPDATE")
        declined = await browser.post("/i/promise", form)
    before = await Promise.all().count()
    done = await browser.post("/i/promise", form)

    for shown in ("This invoice is being worked on at this moment", "After the trip to Oslo."):
        assert shown in declined.text
    assert (declined.status, before, done.status, await Promise.all().count()) == (423, 0, 303, 1)
    assert await Invoice.all().count() == 1
