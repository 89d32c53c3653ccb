"""Erasures in Slack: one person asks, another one agrees."""

import pytest_asyncio

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.operations.erasing import working
from domain.operations.erasing.models import Erasure
from domain.people import people
from domain.people.roles import Role
from tests.bot import in_words
from tests.bot.conftest import VERA
from tests.domain.operations.erasing.left import left_of
from tests.domain.operations.erasing.test_erasing import over
from tests.domain.operations.test_privacy import ZORA, a_history

CARL, CLEO = "U0CARL", "U0CLEO"


@pytest_asyncio.fixture(autouse=True)
async def controllers(core: Core, staff: None) -> None:
    """Carl and Cleo may manage people."""
    for slack_id, name in ((CARL, "Carl"), (CLEO, "Cleo")):
        await people.grant(core, slack_id=slack_id, name=name, role=Role.CONTROLLER, reason="test", actor=SHELL)


async def test_one_person_asks_and_another_one_agrees(core: Core) -> None:
    await a_history(core)
    await over(core)

    asked = await in_words.say(core, f"privacy erase <mailto:{ZORA}|{ZORA}> she asked by letter", slack_id=CARL)
    own = await in_words.say(core, "privacy approve 1", slack_id=CARL)
    agreed = await in_words.say(core, "privacy approve 1", slack_id=CLEO)
    await working.erase(core, (await Erasure.get()).id)
    listed = await in_words.say(core, "privacy", slack_id=CARL)

    assert "erasure #1" in asked.text
    assert "invoices: 2" in str(asked.blocks)
    assert "somebody else has to approve" in own.text
    assert "Erasure #1 has begun" in agreed.text
    assert "1 erasure of personal data" in listed.text
    assert await left_of(core, ZORA) == []


async def test_who_may_not_manage_people_neither_asks_nor_looks(core: Core) -> None:
    await a_history(core)

    asked = await in_words.say(core, f"privacy erase {ZORA} she asked", slack_id=VERA)
    looked = await in_words.say(core, "privacy", slack_id=VERA)

    assert "right to manage people" in asked.text
    assert "right to manage people" in looked.text
    assert await Erasure.all().count() == 0


async def test_words_that_lack_whom_why_or_which_say_what_is_missing(core: Core) -> None:
    whom = await in_words.say(core, "privacy erase", slack_id=CARL)
    why = await in_words.say(core, f"privacy erase {ZORA}", slack_id=CARL)
    which = await in_words.say(core, "privacy approve soon", slack_id=CARL)
    declined = await in_words.say(core, "privacy decline 7 no", slack_id=CARL)

    assert "Whose data?" in whom.text
    assert "Why?" in why.text
    assert "Which erasure?" in which.text
    assert "No erasure #7 waits" in declined.text
