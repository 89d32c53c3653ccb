"""Files that somebody asked for while the store of files is away: what needs it says so, all else comes."""

from dataclasses import replace

import pytest_asyncio
from obstore.store import MemoryStore

from bot.app import Bot
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.ports import StoreUnavailable
from domain.ledger import invoice_papers
from domain.ledger.invoice_papers import Paper
from plixo.file_store import Files
from tests.bot.conftest import VERA
from tests.bot.fake_slack import FakeSlack
from tests.builders import an_account, an_invoice

PDF = b"%PDF-1.7\nan invoice"


class Moody(Files):
    """A store that answers, or does not."""

    away = False

    async def get(self, key: str) -> bytes:
        if self.away:
            raise StoreUnavailable("test")
        return await super().get(key)


@pytest_asyncio.fixture
async def core(core: Core) -> Core:
    return replace(core, files=Moody(MemoryStore()))


async def _asked(bot: Bot, number: int, what: str, *words: str) -> None:
    export_id = f"1a2b3c4d-0000-4000-8000-{number:012}"
    await bot.jobs()["send_export"](export_id=export_id, what=what, words=list(words), chat_id=VERA, channel="")


async def test_an_invoices_file_that_cannot_be_read_is_told_and_comes_when_it_is_asked_for_again(
    core: Core, bot: Bot, slack: FakeSlack, staff: None
) -> None:
    store = core.files
    assert isinstance(store, Moody)
    await an_invoice(core, "INV-7", account=await an_account(core, "Acme Ltd"))
    await invoice_papers.add(core, papers=[Paper("INV-7", PDF)], actor=SHELL)

    store.away = True
    await _asked(bot, 1, "invoice", "INV-7")
    await _asked(bot, 2, "statement", "Acme Ltd")
    await _asked(bot, 3, "ageing", "csv")
    told, without = [each["text"] for each in slack.messages], list(slack.uploaded)
    store.away = False
    await _asked(bot, 4, "invoice", "INV-7")

    assert told == ["Files cannot be kept or read at this moment. Please try again in a few minutes."]
    assert [each[:4] for each in without[:1]] == [b"%PDF"]
    assert len(without) == 2
    assert slack.uploaded[2:] == [PDF]
