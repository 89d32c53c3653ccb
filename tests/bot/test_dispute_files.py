"""Files with an objection are fetched into the dispute's documents; who handed one in hears of trouble."""

from typing import Any
from uuid import UUID

import pytest

from bot import commands
from bot.app import Bot
from bot.modals import Modal
from domain.commitments import dispute_queries
from domain.commitments.dispute_queries import DisputeView
from domain.kernel.core import Core
from domain.kernel.jobs import TryLater
from tests.bot import in_words
from tests.bot.conftest import ANNA
from tests.bot.fake_slack import FakeSlack, Fault
from tests.bot.test_commands import said
from tests.builders import an_invoice
from tests.clocks import StandingClock

pytestmark = pytest.mark.usefixtures("staff")

PDF = b"%PDF-1.7 an order"


async def opened(core: Core) -> Modal:
    """Return the form."""
    form = await commands.answer(core, "dispute INV-1042", slack_id=ANNA)
    assert isinstance(form, Modal)
    return form


async def filed(core: Core, *file_ids: str, form: Modal | None = None) -> str:
    """File an objection with files in the form, and return what was said."""
    form = form or await opened(core)
    values: dict[str, Any] = {
        "reason": {"selected_option": {"value": "wrong_amount"}},
        "words": "The agreed price was lower.",
        "papers": {"files": [{"id": each, "name": "order.pdf", "size": 9} for each in file_ids]},
    }
    return str((await in_words.submit(core, form, values, slack_id=ANNA)).blocks)


async def the_dispute(core: Core, invoice_id: UUID) -> DisputeView:
    """Return the invoice's dispute."""
    (found,) = await dispute_queries.of_invoice(core, invoice_id=invoice_id)
    return found


async def fetch(bot: Bot, dispute: DisputeView, file_id: str = "F1") -> None:
    """Do the job that fetches a file."""
    await bot.jobs()["fetch_dispute_file"](dispute_id=str(dispute.dispute_id), source=f"slack:{file_id}")


async def test_a_file_is_fetched_and_becomes_the_document_that_the_reason_asks_for(
    core: Core, bot: Bot, slack: FakeSlack
) -> None:
    invoice, slack.kept = await an_invoice(core, "INV-1042"), {"F1": PDF}

    told = await filed(core, "F1")
    before = await the_dispute(core, invoice.id)
    shown = await said(core, "dispute INV-1042")
    await fetch(bot, before)
    await fetch(bot, before)

    after = await the_dispute(core, invoice.id)
    assert "being fetched" in told
    assert "order.pdf (being fetched)" in shown
    assert [(each.name, each.kind) for each in after.documents] == [("order.pdf", "order")]
    assert (after.uploads, after.missing) == ((), ())


@pytest.mark.parametrize(
    ("kept", "words"),
    [({}, "Slack does not hand the file out"), ({"F1": b"MZ a program"}, "only PDF, PNG and JPEG files are taken")],
)
async def test_a_file_that_cannot_be_had_or_taken_is_told_once_to_whoever_filed(
    core: Core, bot: Bot, slack: FakeSlack, kept: dict[str, bytes], words: str
) -> None:
    invoice, slack.kept = await an_invoice(core, "INV-1042"), kept
    await filed(core, "F1")
    dispute = await the_dispute(core, invoice.id)

    await fetch(bot, dispute)
    await fetch(bot, dispute)

    (message,) = slack.messages
    assert message["channel"] == f"D{ANNA[1:]}"
    assert words in message["text"]
    assert "cannot be had" in await said(core, "dispute INV-1042")
    assert not (await the_dispute(core, invoice.id)).documents


async def test_a_file_that_failed_is_fetched_when_it_is_handed_in_again(core: Core, bot: Bot, slack: FakeSlack) -> None:
    invoice = await an_invoice(core, "INV-1042")
    form = await opened(core)
    await filed(core, "F1", form=form)
    dispute = await the_dispute(core, invoice.id)
    await fetch(bot, dispute)
    slack.kept = {"F1": PDF}

    await filed(core, "F1", form=form)
    await fetch(bot, dispute)

    assert len((await the_dispute(core, invoice.id)).documents) == 1


async def test_while_slack_is_away_the_file_waits_for_a_day_and_is_then_told(
    core: Core, bot: Bot, slack: FakeSlack, clock: StandingClock
) -> None:
    invoice = await an_invoice(core, "INV-1042")
    await filed(core, "F1")
    dispute = await the_dispute(core, invoice.id)
    slack.fail("files.info", Fault(503), Fault(503))

    with pytest.raises(TryLater):
        await fetch(bot, dispute)
    clock.advance(days=1)
    with pytest.raises(TryLater, match="Slack"):  # nobody can be told while it is away
        await fetch(bot, dispute)
    clock.advance(hours=1)
    await fetch(bot, dispute)

    assert "could not be fetched for a day" in slack.messages[0]["text"]


async def test_an_objection_without_files_fetches_none(core: Core) -> None:
    invoice = await an_invoice(core, "INV-1042")

    assert "fetched" not in await filed(core)
    assert not (await the_dispute(core, invoice.id)).uploads
