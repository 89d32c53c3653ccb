"""The language of a page: the reader's choice, else the account's, the browser's, the merchant's; without scripts."""

import re

import pytest
from aiohttp.test_utils import TestServer, make_mocked_request

from domain.kernel.core import Core
from portal import languages
from portal.texts import LANGUAGES
from tests.portal.browsers import Browser
from tests.portal.payers import a_payer


def shown(text: str) -> str:
    found = re.search(r'<html lang="(\w+)"', text)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("", ()),
        ("de", ("de",)),
        ("de-AT,de;q=0.9,en;q=0.5", ("de", "de", "en")),
        ("en;q=0.3, fr;q=0.8, es;q=0.5", ("fr", "es", "en")),
        ("pt-BR,pt;q=0.9,es;q=0.1", ("es",)),
        ("fr;q=0, es", ("es",)),
        ("de;q=nan, fr;q=high, es;q=0.2", ("es",)),
        ("*", ()),
        ("de;" * 100_000, ("de",)),
        ("\x00;q=,;;=,=;q=1", ()),
    ],
)
def test_what_a_browser_asks_for_is_read_by_weight(header: str, wanted: tuple[str, ...]) -> None:
    assert languages.accepted(header) == wanted


async def test_the_browsers_language_comes_before_the_merchants(browser: Browser) -> None:
    answer = await browser.get("/l/anything", headers={"Accept-Language": "fr-CH, fr;q=0.9"})

    assert shown(answer.text) == "fr"
    assert answer.headers["Content-Language"] == "fr"


async def test_a_browser_with_no_language_of_ours_reads_the_merchants(browser: Browser) -> None:
    answer = await browser.get("/l/anything", headers={"Accept-Language": "ja"})

    assert shown(answer.text) == "en"


async def test_a_choice_holds_for_this_page_and_the_next(browser: Browser) -> None:
    chosen = await browser.get("/l/anything?language=es", headers={"Accept-Language": "fr"})
    later = await browser.get("/nowhere", headers={"Accept-Language": "fr"})

    assert (shown(chosen.text), shown(later.text)) == ("es", "es")
    assert browser.cookies[languages.COOKIE] == "es"
    cookie = next(each for each in chosen.headers.getall("Set-Cookie") if each.startswith(languages.COOKIE))
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}


@pytest.mark.parametrize("code", ["", "xx", "DE", "../de", "de\r\nX: y", "d" * 5000])
async def test_a_language_that_is_none_of_ours_changes_nothing(browser: Browser, code: str) -> None:
    answer = await browser.get("/l/anything?language=" + code.replace("\r\n", "%0d%0a").replace(" ", "%20"))

    assert (answer.status, shown(answer.text)) == (200, "en")
    assert languages.COOKIE not in browser.cookies


async def test_the_accounts_language_comes_before_the_browsers(core: Core, browser: Browser) -> None:
    await a_payer(core, browser, "INV-1042")
    await core.database.execute("UPDATE account SET locale = 'de_DE'")

    answer = await browser.get("/i", headers={"Accept-Language": "fr"})

    assert shown(answer.text) == "de"
    assert "Rechnung INV-1042" in answer.text


async def test_an_account_without_a_language_is_shown_the_browsers(core: Core, browser: Browser) -> None:
    await a_payer(core, browser, "INV-1042")
    await core.database.execute("UPDATE account SET locale = NULL")

    answer = await browser.get("/i", headers={"Accept-Language": "es"})

    assert shown(answer.text) == "es"


async def test_the_choice_comes_before_the_accounts_language(core: Core, browser: Browser) -> None:
    await a_payer(core, browser, "INV-1042")
    await core.database.execute("UPDATE account SET locale = 'de_DE'")
    await browser.get("/i?language=fr")

    answer = await browser.get("/i")

    assert shown(answer.text) == "fr"
    assert "125,00" in answer.text


async def test_every_page_offers_every_language_by_its_own_name(browser: Browser) -> None:
    answer = await browser.get("/nowhere/at/all?reason=price&language=de")

    for code, name in LANGUAGES.items():
        if code == "de":
            assert f'<span lang="de" aria-current="true">{name}</span>' in answer.text
        else:
            assert (
                f'<a href="?reason=price&amp;language={code}" lang="{code}" hreflang="{code}">{name}</a>' in answer.text
            )


def test_a_long_query_is_not_repeated_in_the_links() -> None:
    request = make_mocked_request("GET", "/i?why=" + "x" * 1000)

    assert [each.href for each in languages.offers(request, "en")] == [
        "",
        "?language=de",
        "?language=fr",
        "?language=es",
    ]


async def test_a_form_that_is_sent_sets_no_language(server: TestServer, browser: Browser) -> None:
    await browser.post("/i/pay?language=de", {})

    assert languages.COOKIE not in browser.cookies
