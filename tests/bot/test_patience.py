"""A click on a customer whom an import holds is answered within seconds, and works when the import is through."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import pytest

from bot import ids
from bot.ids import Action
from domain.kernel import patience
from domain.kernel.core import Core
from domain.ledger.models import Invoice
from domain.people import people, preferences
from domain.people.setting_words import Setting
from tests.bot.conftest import ANNA, AtTheDoor
from tests.builders import a_contact, an_account, an_invoice

BUSY = {
    "en": "An import, or something else that takes a while, is working on this customer. Nothing was changed;",
    "de": "Ein Import oder etwas anderes, das länger dauert, arbeitet gerade an diesem Kunden.",
    "fr": "Un import, ou une autre opération longue, travaille en ce moment sur ce client.",
    "es": "Una importación, u otra tarea larga, está trabajando ahora con este cliente.",
}


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let people wait less than the four seconds."""
    monkeypatch.setattr(patience, "LOCK_SECONDS", 0.2)


@asynccontextmanager
async def imported(address: str, invoice: Invoice) -> AsyncIterator[None]:
    """Hold an invoice and its customer as an import does whose transaction is not through."""
    async with await psycopg.AsyncConnection.connect(address) as other:
        await other.execute("SELECT FROM account WHERE id = %s FOR UPDATE", (invoice.account_id,))
        await other.execute("SELECT FROM invoice WHERE id = %s FOR UPDATE", (invoice.id,))
        yield


async def one_with_a_contact(core: Core) -> Invoice:
    account = await an_account(core)
    await a_contact(core, account)
    return await an_invoice(core, account=account)


async def test_a_click_is_refused_while_an_import_holds_the_invoice_and_done_afterwards(
    door: AtTheDoor, core: Core, empty_database: str
) -> None:
    invoice = await one_with_a_contact(core)
    value = ids.value(invoice_id=invoice.id)
    async with imported(empty_database, invoice):
        refused = await door.press(Action.REGENERATE_LINK, value)

    done = await door.press(Action.REGENERATE_LINK, value)

    assert BUSY["en"] in refused["text"]
    assert "New payment link for INV-1042" in done["text"]


@pytest.mark.parametrize("language", list(BUSY))
async def test_a_command_is_refused_in_the_language_of_the_one_who_typed_it(
    door: AtTheDoor, core: Core, empty_database: str, language: str
) -> None:
    invoice = await one_with_a_contact(core)
    anna = await people.actor(core, slack_id=ANNA)
    assert anna.id is not None
    await preferences.set(core, person_id=anna.id, setting=Setting.LANGUAGE, value=language, actor=anna)

    async with imported(empty_database, invoice):
        refused = await door.say("promise INV-1042 50 on friday")
    done = await door.say("promise INV-1042 50 on friday")

    assert BUSY[language] in refused["text"]
    assert "50" in json.dumps(done)
    assert BUSY[language] not in done["text"]
