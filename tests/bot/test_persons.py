"""In Slack it is said who has two accounts; what Slack knows of an address says so by itself, if it was confirmed."""

import pytest

from bot import commands
from bot.app import Bot
from bot.modals import Modal
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.people import humans, people
from domain.people.roles import Role
from tests.bot.conftest import ANNA, VERA
from tests.bot.fake_slack import FakeSlack

CARL = "U0CARL"


@pytest.fixture(autouse=True)
async def controller(core: Core, staff: None) -> None:
    """Carl controls."""
    await people.grant(core, slack_id=CARL, name="Carl", role=Role.CONTROLLER, reason="test", actor=SHELL)


async def said(core: Core, text: str, *, by: str = CARL) -> str:
    answer = await commands.answer(core, text, slack_id=by)
    assert not isinstance(answer, Modal)
    return answer.text


async def test_a_controller_joins_and_parts_accounts(core: Core) -> None:
    joined = await said(core, f"person same <@{ANNA}> <@{VERA}|vera> both are Anna Schmidt")
    listed = await said(core, "person")
    parted = await said(core, f"person apart <@{VERA}> they are sisters")

    assert "are one person from now on: both are Anna Schmidt" in joined
    assert f"({ANNA}) = " in listed
    assert "is a person apart from now on: they are sisters" in parted
    assert await said(core, "person") == "Nobody is known to have several accounts."


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("person same", "Which two accounts?"),
        (f"person same <@{ANNA}>", "Which two accounts?"),
        ("person apart", "Whose account?"),
        (f"person apart <@{ANNA}> why not", "is joined with no other account"),
    ],
)
async def test_what_lacks_is_said(core: Core, typed: str, answer: str) -> None:
    assert answer in await said(core, typed)


async def test_an_operator_may_not_say_it(core: Core) -> None:
    assert "right to manage people" in await said(core, f"person same <@{ANNA}> <@{VERA}> fun", by=ANNA)


@pytest.mark.parametrize(("confirmed", "joined"), [(True, 1), (False, 0), (None, 0)])
async def test_accounts_of_one_confirmed_address_are_one_persons(
    core: Core, bot: Bot, slack: FakeSlack, confirmed: bool | None, joined: int
) -> None:
    for slack_id in (ANNA, VERA):
        slack.people[slack_id] = {
            "id": slack_id, "real_name": slack_id, "is_email_confirmed": confirmed, "profile": {"email": "a@n.example"},
        }  # fmt: skip

    await bot.jobs()["learn_people"]()

    assert len(await humans.listed(core, actor=SHELL)) == joined
