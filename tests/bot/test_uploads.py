"""Uploads: a file comes once, however its upload was cut off; what never arrived is sent again."""

from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest
import pytest_asyncio
from slack_sdk.web.async_client import AsyncWebClient

from bot.calls import Calls
from bot.uploads import Upload, Uploads
from domain.kernel.core import Core
from domain.kernel.jobs import TryLater
from tests.bot.fake_slack import CHANNEL, FakeSlack, Fault
from tests.clocks import StandingClock

FILE = Upload("ageing.csv", b"a,b\n1,2\n")


@pytest_asyncio.fixture
async def uploads(core: Core, slack: FakeSlack) -> AsyncIterator[Uploads]:
    """Uploads of a bot to the fake Slack."""
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(token="xoxb-test", base_url=slack.api_url, session=session, retry_handlers=[])
        yield Uploads(core, client, Calls(core, seconds=0))


async def test_a_file_comes_once_for_its_key(uploads: Uploads, slack: FakeSlack) -> None:
    for _ in range(2):
        await uploads.once(FILE, key="export:1", channel=CHANNEL)

    assert slack.uploaded == [FILE.body]
    assert await uploads.is_done("export:1")


@pytest.mark.parametrize(
    ("fault", "sent"),
    [(Fault(silent=True), 1), (Fault(status=503), 2)],
    ids=["shared, and the answer is lost", "not shared"],
)
async def test_a_file_whose_sharing_was_cut_off_is_asked_about_before_it_is_sent_again(
    uploads: Uploads, slack: FakeSlack, clock: StandingClock, fault: Fault, sent: int
) -> None:
    slack.fail("files.completeUploadExternal", fault)
    with pytest.raises(TryLater) as later:
        await uploads.once(FILE, key="export:1", channel=CHANNEL)
    before = await uploads.is_done("export:1")
    clock.advance(seconds=(later.value.delay + timedelta(seconds=1)).total_seconds())

    await uploads.once(FILE, key="export:1", channel=CHANNEL)

    assert (before, await uploads.is_done("export:1")) == (False, True)
    assert (len(slack.uploaded), len(slack.shared)) == (sent, 1)
