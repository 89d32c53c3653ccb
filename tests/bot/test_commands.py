"""Commands: found however they are typed, shown only to those who may, refused in words that help."""

import json
from typing import Any

import pytest

from bot import commands, text
from bot.blocks import Message
from bot.modals import Modal
from bot.routes import Command
from bot.views import help as help_views
from domain.kernel.actor import SHELL, Permission
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.people import people
from domain.people.roles import MAY, Role
from tests.bot import in_words
from tests.bot.conftest import ANNA, STRANGER, VERA
from tests.builders import a_contact, an_account, an_invoice

pytestmark = pytest.mark.usefixtures("staff")


async def said(core: Core, text: str, *, by: str = ANNA) -> str:
    """Return everything that the answer shows."""
    message = await in_words.say(core, text, slack_id=by)
    return shown(message)


def shown(message: Message) -> str:
    """Return the text and all blocks as one text."""
    return message.text + json.dumps(message.blocks, ensure_ascii=False).replace('\\"', '"')


@pytest.mark.parametrize(
    "typed",
    ["invoice INV-1042", "INVOICE inv-1042", "inv-1042", "  invoice   `INV-1042`  ", "invoice INV - 1042", "INV-1042."],
)
async def test_an_invoice_is_found_however_it_is_typed(core: Core, typed: str) -> None:
    await an_invoice(core, "INV-1042")

    assert "125,00 EUR open" in await said(core, typed)


@pytest.mark.parametrize("typed", ["", "  ", "help", "HELP me"])
async def test_help_is_what_one_gets_for_nothing(core: Core, typed: str) -> None:
    assert "What you may do" in await said(core, typed)


@pytest.mark.parametrize("role", list(Role))
async def test_help_shows_only_what_the_person_may_do(core: Core, role: Role) -> None:
    await people.grant(core, slack_id="U1", name="Rolf", role=role, reason="test", actor=SHELL)

    help_ = await said(core, "help all", by="U1")

    mine = {each.usage for each in commands.COMMANDS if f"`/plixo {text.escape(each.usage)}`" in help_}
    allowed = {each.usage for each in commands.COMMANDS if each.allowed(MAY[role])}
    assert mine == allowed


async def test_help_shows_topics_first_and_all_of_one_when_asked(core: Core, staff: None) -> None:
    topics, money, word = [await said(core, f"help {each}", by=ANNA) for each in ("", "Money", "queue")]

    assert "`/plixo help money` shows all" in topics
    assert "/plixo cash" in topics
    assert "/plixo unplace" not in topics
    assert "/plixo unplace" in money
    assert "/plixo writeoff approve" not in money, "she may not"
    assert "/plixo export" in money
    assert "/plixo queue" not in money
    assert "e.g. /plixo queue" in word


def test_a_topic_names_commands_that_exist_and_is_called_as_none_of_them() -> None:
    known = {" ".join(each.words): each.group for each in commands.COMMANDS}

    for group, topic in help_views.TOPICS.items():
        assert {known.get(each) for each in topic.first} == {group}
        assert not any(topic.word in name.split() for name in known)


async def test_help_says_first_with_what_a_day_begins_to_those_who_may(core: Core, staff: None) -> None:
    mine, strangers = await said(core, "help", by=ANNA), await said(core, "help", by=STRANGER)

    assert "*Begin here*: `/plixo next` the case that comes first" in mine
    assert "Begin here" not in strangers


async def test_a_stranger_sees_what_anyone_may_and_whom_to_ask(core: Core) -> None:
    await people.grant(core, slack_id="U2", name="Carla", role=Role.CONTROLLER, reason="test", actor=SHELL)

    help_ = await said(core, "help", by=STRANGER)

    assert "/plixo access request" in help_
    assert "/plixo queue" not in help_
    assert "Carla" in help_


async def test_asking_for_access_names_the_controllers_and_the_account_to_tell_them(core: Core) -> None:
    await people.grant(core, slack_id="U2", name="Carla", role=Role.CONTROLLER, reason="test", actor=SHELL)

    answer = await said(core, "access", by=STRANGER)
    form = await commands.answer(core, "access request", slack_id=STRANGER)

    assert "Carla" in answer
    assert STRANGER in answer
    assert isinstance(form, Modal), "who types no role is asked"


@pytest.mark.parametrize("command", [each for each in commands.COMMANDS if each.permission is not None])
async def test_a_stranger_can_do_nothing_and_is_told_how_to_get_in(core: Core, command: Command) -> None:
    await an_invoice(core, "INV-1042")

    assert "You have no role in Plixo yet" in await said(core, command.example, by=STRANGER)


@pytest.mark.parametrize(
    "command", [each for each in commands.COMMANDS if each.permission not in {None, Permission.VIEW}]
)
async def test_a_role_without_the_right_is_refused_and_told_what_it_needs(core: Core, command: Command) -> None:
    answer = await said(core, command.example, by=VERA)

    assert "you have Viewer" in answer
    assert await core.database.rows("SELECT 1 FROM pay_link") == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("qeue", "/plixo queue"),
        ("lnik INV-7", "/plixo link INV-7"),
        ("acess request", "/plixo access request"),
        ("access reqest", "/plixo access request"),
    ],
)
async def test_a_mistyped_command_is_guessed_but_not_run(core: Core, typed: str, meant: str) -> None:
    answer = await said(core, typed)

    assert f"Did you mean `{meant}`?" in answer


@pytest.mark.parametrize("typed", ["hilfe", "Aide", "ayuda", "?"])
async def test_help_is_found_in_the_languages_of_those_who_look_for_it(core: Core, typed: str) -> None:
    assert await said(core, typed) == await said(core, "help")


async def test_a_word_that_only_longer_commands_take_is_not_passed_over(core: Core) -> None:
    answer = await said(core, "maintenance begin")

    assert "There is no command maintenance begin" in answer


async def test_a_guess_never_offers_what_the_person_may_not_do(core: Core) -> None:
    assert "unsuppress" not in (await said(core, "unsupress x", by=VERA)).replace("unsupress", "")


async def test_what_is_no_command_at_all_leads_to_help(core: Core) -> None:
    assert "`/plixo help`" in await said(core, "xyzzy <!channel>")


@pytest.mark.parametrize("typed", ["link", "invoice", "invoice \x00", "link \ud800"])
async def test_a_command_without_a_word_that_can_be_read_opens_its_form(core: Core, typed: str) -> None:
    answer = await commands.answer(core, typed, slack_id=ANNA)

    assert isinstance(answer, Modal)
    assert answer.form is not None


@pytest.mark.parametrize("typed", ["why", "link `'`", "invoice " + "9" * 500])
async def test_a_missing_invoice_is_asked_for_with_an_example(core: Core, typed: str) -> None:
    assert f"For example `/plixo {typed.split(maxsplit=1)[0]} INV-1042`" in await said(core, typed)


@pytest.mark.parametrize(
    "typed", ["unsuppress", "unsuppress anna@acme.example", "unsuppress acme reason", "unsuppress <@U1> x"]
)
async def test_an_address_and_a_reason_are_needed_to_lift_a_suppression(core: Core, typed: str) -> None:
    assert "For example `/plixo unsuppress" in await said(core, typed)


@pytest.mark.parametrize("typed", ["invoice INV-404", "why INV-404", "link INV-404"])
async def test_an_unknown_invoice_is_refused_by_name(core: Core, typed: str) -> None:
    assert "There is no invoice 'INV-404'" in await said(core, typed)


@pytest.mark.parametrize("typed", ["invoice a\x00b1", "why \ud800", "\x00", "why INV-\x001"])
async def test_what_no_database_can_store_is_no_failure(core: Core, typed: str) -> None:
    assert await said(core, typed)


async def test_several_invoices_of_a_customer_are_a_choice_and_never_the_first(core: Core) -> None:
    for name in ("Acme Ltd", "Acme Holding"):
        account = await an_account(core, name)
        await a_contact(core, account, f"{name[5:8]}@acme.example")
        await an_invoice(core, f"INV-{name}", account=account)

    message = await in_words.say(core, "invoice acme", slack_id=ANNA)

    assert "2 open invoices fit acme. Which one?" in message.text
    assert shown(message).count('"invoice.show"') == 2


async def test_the_only_invoice_of_a_customer_is_shown(core: Core) -> None:
    account = await an_account(core, "Zebra GmbH")
    await an_invoice(core, "INV-7", account=account)

    assert (await in_words.say(core, "invoice zebra", slack_id=ANNA)).text.startswith("INV-7, Zebra GmbH")


async def test_the_queue_shows_the_most_urgent_first_and_next_shows_its_case(core: Core) -> None:
    await an_invoice(core, "INV-1", days_past_due=3, email="a@a.example")
    await an_invoice(core, "INV-2", days_past_due=100, amount=Money(2_000_000, "EUR"), email="b@b.example")

    queue = await in_words.say(core, "queue", slack_id=VERA)
    following = await in_words.say(core, "next", slack_id=ANNA)

    assert "2 invoices in the queue" in queue.text
    assert "On top: INV-2" in queue.text
    assert following.text.startswith("Next: INV-2")
    assert "more than 90 days past due" in shown(following)


async def test_an_empty_queue_says_so(core: Core) -> None:
    assert "The queue is empty" in await said(core, "queue")
    assert "The queue is empty" in await said(core, "next")


async def test_why_explains_score_and_next_action(core: Core) -> None:
    await an_invoice(core, "INV-1042")

    answer = await said(core, "why inv-1042")

    assert "1 to 30 days past due (+10)" in answer
    assert "Wait" in answer


async def test_hostile_names_reach_slack_harmless(core: Core) -> None:
    account = await an_account(core, "<!channel> <https://evil.example|Pay> \u202egnp")
    await a_contact(core, account, "anna.long.name@acme.example")
    await an_invoice(core, "INV-1042", account=account)

    message = await in_words.say(core, "invoice INV-1042", slack_id=ANNA)

    assert "&lt;!channel&gt;" in message.text
    assert "\u202e" not in shown(message)
    assert "anna.long.name" not in shown(message)


def test_every_example_runs_the_command_that_it_explains() -> None:
    found: list[Any] = [commands.find(tuple(each.example.split()))[0] for each in commands.COMMANDS]

    assert found == list(commands.COMMANDS)
