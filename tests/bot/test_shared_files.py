"""A payer's file waits for the message of its case, the longer the more patiently, and not for ever."""

from datetime import timedelta

import pytest

from bot.app import Bot
from domain.commitments import disputes, document_checks
from domain.commitments.documents import Upload
from domain.commitments.models import Document
from domain.commitments.objections import Filing
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.jobs import TryLater
from tests.builders import an_invoice
from tests.clocks import StandingClock


async def test_a_file_whose_case_never_gets_a_message_is_asked_about_ever_more_rarely_and_then_given_up(
    core: Core, clock: StandingClock, bot: Bot
) -> None:
    await an_invoice(core, "INV-1")
    filing = Filing("other", "Wrong.", documents=(Upload("a.pdf", b"%PDF-1.7"),))
    await disputes.file(core, invoice_number="INV-1", filing=filing, actor=SHELL)
    document = str((await Document.get()).id)
    await document_checks.examine(core, document_id=document)
    share = bot.jobs()["share_document"]

    with pytest.raises(TryLater) as soon:
        await share(document)
    clock.advance(hours=4)
    with pytest.raises(TryLater) as later:
        await share(document)
    clock.advance(hours=20)
    await share(document)

    assert (soon.value.delay, later.value.delay) == (timedelta(seconds=5), timedelta(hours=1))
