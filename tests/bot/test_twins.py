"""Twins and parity in Slack: what is listed, what the buttons do, and who is refused."""

import io
from datetime import date
from uuid import UUID

import pytest_asyncio

from bot import ids
from bot.asks import Click
from bot.ids import Action
from bot.views import parity as parity_views
from bot.views import twins as views
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger import control, twins
from domain.ledger.control import ControlFile
from domain.ledger.models import Account
from domain.ledger.twins import Side, Twin
from domain.operations import short_ids
from domain.people import people
from domain.people.roles import Role
from tests.bot import in_words
from tests.bot.conftest import ANNA, VERA
from tests.bot.test_views import formatted
from tests.bot.test_work import said, shown
from tests.builders import an_account, an_invoice
from tests.clocks import START

MAX = "U0MAX"


@pytest_asyncio.fixture(autouse=True)
async def manager(core: Core, staff: None) -> None:
    """Max manages; Anna operates."""
    await people.grant(core, slack_id=MAX, name="Max", role=Role.AR_MANAGER, reason="test", actor=SHELL)


async def a_pair(core: Core) -> Twin:
    """Store two customers that may be one, and let them be found."""
    await an_invoice(core, "INV-1", account=await an_account(core, "Acme Ltd"))
    await an_account(core, "ACME <Limited>")
    await twins.find(core)
    [pair], _ = await twins.waiting(core, actor=SHELL)
    return pair


def a_click(action: Action, pair: Twin, by: str) -> Click:
    """Return a click on a button beside the pair."""
    return Click(action.value, ids.value(twin=pair.twin_id), by)


async def test_pairs_are_listed_with_their_evidence(core: Core) -> None:
    pair = await a_pair(core)

    answer = await said(core, "twins", by=VERA)

    for part in (short_ids.short(pair.twin_id), "Acme Ltd", "&lt;Limited&gt;", "legal form and spelling aside"):
        assert part in answer


async def test_without_pairs_that_is_said(core: Core) -> None:
    assert "No two customers" in await said(core, "twins")


async def test_merge_is_done_by_who_may_approve_and_only_once(core: Core) -> None:
    pair = await a_pair(core)

    refused = shown(await in_words.press(core, a_click(Action.MERGE_TWINS, pair, ANNA)))
    first = shown(await in_words.press(core, a_click(Action.MERGE_TWINS, pair, MAX)))
    second = shown(await in_words.press(core, a_click(Action.MERGE_TWINS, pair, MAX)))

    assert "right to approve" in refused
    assert "was merged into" in first
    assert "merged already by Max" in second
    assert await Account.filter(state="merged").count() == 1


async def test_not_the_same_is_said_by_a_button_or_a_command(core: Core) -> None:
    pair = await a_pair(core)

    pressed = shown(await in_words.press(core, a_click(Action.DISMISS_TWINS, pair, ANNA)))

    assert "are two customers" in pressed
    assert "No two customers" in await said(core, "twins")


async def test_a_pair_is_merged_by_its_short_id(core: Core) -> None:
    pair = await a_pair(core)

    answer = await said(core, f"twins merge {short_ids.short(pair.twin_id)}", by=MAX)

    assert "was merged into" in answer


async def test_parity_says_which_totals_and_invoices_differ(core: Core) -> None:
    await an_invoice(core, "INV-1")
    report = ControlFile(
        "books.csv",
        stream=io.BytesIO(b"Invoice Number,Due Date,Balance,Currency\nINV-9,2026-03-01,80.00,EUR\n"),
        as_of=date(2026, 3, 10),
    )
    nothing = await said(core, "parity", by=VERA)
    await control.apply(core, report, actor=SHELL)

    answer = await said(core, "parity", by=VERA)

    assert "No control totals" in nothing
    for part in ("differs from", "total 125,00 EUR here, 80,00 EUR in the books", "INV-9", "not known here"):
        assert part in answer


def test_what_strangers_write_is_shown_and_not_obeyed() -> None:
    hostile = "<!channel> *Pay* <https://evil.example|here> " + "A&" * 500
    side = Side(UUID(int=1), hostile, hostile, 3)
    twin = Twin(UUID(int=1), side, side, 99, (hostile,) * 9, START)

    message = views.listed((twin,) * views.PAIRS_SHOWN, count=900)

    written = " ".join(formatted(message.blocks))
    assert "<!channel>" not in written
    assert "<https://evil" not in written
    assert len(message.blocks) <= 50
    assert parity_views.shown(None).text
