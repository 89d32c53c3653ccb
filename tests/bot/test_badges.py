"""While payments or mails are not real, everything that Slack shows says so; else nothing does."""

import json
from dataclasses import replace

import pytest
from pydantic import SecretStr
from slack_sdk.web.async_client import AsyncWebClient

from bot import app as bot_app
from bot import badges, blocks, modals, surfaces
from bot.audience import Own
from bot.blocks import Message
from bot.modals import Modal
from bot.surfaces import Home
from bot.windows import Windows
from domain.kernel.core import Core
from domain.kernel.speech import Reader, spoken_to
from plixo.settings import Settings
from tests.bot.conftest import ANNA, SECRET
from tests.bot.fake_slack import CHANNEL, FakeSlack
from tests.bot.windows_made import every_window

BADGE = "*Test mode*: no money moves, and no mail reaches a customer."


def tried_out(core: Core, *, payments: bool = True, mail: bool = True) -> Core:
    """Return the core of an installation that is tried out."""
    return replace(core, limits=replace(core.limits, test_payments=payments, test_mail=mail))


@pytest.mark.parametrize(
    ("payments", "mail", "said"),
    [
        (True, True, BADGE),
        (True, False, "*Test mode*: no money moves, but mails do reach customers."),
        (False, True, "*Test mode*: no mail reaches a customer, but money does move."),
    ],
)
async def test_the_badge_says_what_is_not_real(core: Core, payments: bool, mail: bool, said: str) -> None:
    shown = badges.message(tried_out(core, payments=payments, mail=mail), Message("Hello", (blocks.section("Hello"),)))

    assert shown.blocks[-1] == blocks.context(said)
    assert shown.text == "Hello", "what is heard first stays the news"


async def test_nothing_is_said_when_all_is_real(core: Core) -> None:
    message, home = Message("Hello", (blocks.section("Hello"),)), Home((blocks.section("Hello"),))

    assert badges.message(core, message) is message
    assert badges.home(core, home) is home


@pytest.mark.parametrize("count", [0, 1, 49, 50])
async def test_a_full_message_has_the_badge_in_its_last_small_print_and_keeps_the_limits(
    core: Core, count: int
) -> None:
    shown = Message("Hello", (*[blocks.section("x")] * (count - 1), blocks.context("more"))[:count])

    with_badge = badges.message(tried_out(core), shown)

    assert BADGE in json.dumps([with_badge.text, with_badge.blocks])
    assert blocks.problems(with_badge) == ()


async def test_a_message_full_of_other_things_says_it_in_its_sentence(core: Core) -> None:
    shown = badges.message(tried_out(core), Message("Hello", (blocks.section("x"),) * blocks.MOST_BLOCKS))

    assert shown.text == f"Hello\n{BADGE}"
    assert blocks.problems(shown) == ()


async def test_a_full_home_stays_as_it_is(core: Core) -> None:
    full = Home((blocks.section("x"),) * surfaces.MOST_BLOCKS)

    assert badges.home(tried_out(core), full) is full
    assert badges.home(tried_out(core), Home(full.blocks[1:])).blocks[0] == blocks.context(BADGE)


@pytest.mark.usefixtures("staff")
async def test_cards_in_channels_talks_and_home_have_it(core: Core, slack: FakeSlack) -> None:
    bot = bot_app.build(
        tried_out(core), bot_token="x", signing_secret=SECRET, channel=CHANNEL, api_url=slack.api_url, seconds_a_post=0
    )
    card = Message("A card", (blocks.section("A card"),))

    await bot.delivery.poster.living(lambda _: card, key="one")
    await bot.homes.at_once(ANNA)
    await bot.close()

    assert BADGE in json.dumps(slack.in_channel()[0]["blocks"])
    assert BADGE not in json.dumps(card.blocks), "views know nothing of it"


@pytest.mark.usefixtures("staff")
async def test_a_message_to_one_person_has_it_in_their_language(core: Core, slack: FakeSlack) -> None:
    bot = bot_app.build(
        tried_out(core), bot_token="x", signing_secret=SECRET, channel=CHANNEL, api_url=slack.api_url, seconds_a_post=0
    )
    card = Message("A card", (blocks.section("A card"),))

    await bot.delivery.poster.living(Own(Reader.of("de", "de_DE"), lambda _: card), key="one")
    await bot.close()

    assert "Testbetrieb" in json.dumps(slack.in_channel()[0]["blocks"])


async def test_windows_have_it_and_keep_the_limits(core: Core) -> None:
    for name, window in every_window().items():
        shown = badges.window(tried_out(core), window)

        assert shown.blocks[-1] == blocks.context(BADGE), name
        assert modals.problems(shown) == ()
        assert badges.window(core, window) is window


async def test_a_window_is_opened_and_changed_with_it(core: Core, slack: FakeSlack) -> None:
    shown: list[Modal] = []

    def badge(modal: Modal) -> Modal:
        shown.append(modal)
        return badges.window(tried_out(core), modal)

    windows = Windows(AsyncWebClient(token="x", base_url=slack.api_url), badge=badge)
    await windows.change(await windows.open("t1", modals.waiting()), modals.waiting())

    assert len(shown) == 2
    assert BADGE in json.dumps(windows.view(modals.waiting()))


@pytest.mark.parametrize("language", ["de", "fr", "es"])
async def test_it_is_said_as_the_reader_reads(core: Core, language: str) -> None:
    with spoken_to(Reader.of(language, language)):
        assert badges.sentence(tried_out(core)) not in {"", BADGE}


@pytest.mark.parametrize(
    ("key", "is_test"), [("sk_test_1", True), ("rk_test_1", True), ("rk_live_1", False), ("sk_live_1", False)]
)
def test_the_key_says_whether_payments_are_real(key: str, is_test: bool) -> None:
    limits = Settings(stripe_api_key=SecretStr(key), mail_sandbox=False).limits()

    assert (limits.test_payments, limits.test_mail) == (is_test, False)
    assert Settings(stripe_api_key=None, mail_sandbox=True).limits().test_mail
