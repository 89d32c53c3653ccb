"""Nothing that a whole run leaves behind or tells to those who watch holds a token, a secret or a stray address."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp
import psycopg
from aiohttp import web
from aiohttp.test_utils import TestServer
from psycopg.rows import dict_row
from yarl import URL

from bot.views import forwardings as forwarding_views
from domain.kernel.clock import SystemClock
from domain.kernel.core import Core
from domain.kernel.events import EVENTS
from domain.ledger.models import Account
from domain.pay_links import forwardings, tokens
from tests.builders import a_contact, an_invoice
from tests.conftest import KEYS
from tests.domain.pay_links.payers import a_link
from tests.portal.browsers import Answer, Browser
from tests.portal.portal_process import Served, a_portal

ADDRESSES = ("anna@acme.example", "ben.okri@acme.example", "carl@acme.example")

HOLD_ADDRESSES = {
    "contact", "mailing", "forwarding", "suppression", "inbound_mail", "checkout", "support_request",
}  # fmt: skip
"""Tables that are there to keep addresses; a checkout keeps what the payment provider is told."""

HIDDEN = "what-a-payer-wrote-and-no-log-may-hold"


class Remote(Browser):
    """A browser before the portal's own process."""

    def __init__(self, port: int, session: aiohttp.ClientSession) -> None:
        self._root, self._session = f"http://127.0.0.1:{port}", session

    async def _ask(
        self, method: str, path: str, headers: dict[str, str], data: dict[str, str] | aiohttp.FormData | None
    ) -> Answer:
        address = URL(self._root + path, encoded=True)
        async with self._session.request(method, address, headers=headers, data=data, allow_redirects=False) as answer:
            return Answer(answer.status, answer.headers, await answer.read(), path)


async def a_whole_run(core: Core, served: Served, database: str) -> tuple[list[str], list[Answer]]:
    """Do all that payers do, well and badly, and break the database in between; return the secrets and the answers."""
    core = replace(core, clock=SystemClock())  # the process has no other
    invoice = await an_invoice(core)
    account = await Account.get(id=invoice.account_id)
    await a_contact(core, account, ADDRESSES[2])
    await an_invoice(core, "INV-7", account=account)
    token = tokens.issue(core.keys, (await a_link(core, invoice)).id)
    answers = []
    jar = aiohttp.CookieJar(unsafe=True)
    elsewhere = aiohttp.CookieJar(unsafe=True)
    async with (
        aiohttp.ClientSession(cookie_jar=jar) as session,
        aiohttp.ClientSession(cookie_jar=elsewhere) as other,
    ):
        payer, stranger = Remote(served.port, session), Remote(served.port, other)
        entered = [await payer.press(f"/l/{token}"), await payer.get("/i"), await stranger.press(f"/l/{token}")]
        assert [each.status for each in entered] == [303, 200, 404]
        answers += [*entered, await payer.post(f"/l/{token}", {"ask": "fresh"}), await payer.get("/i")]
        token_2 = tokens.issue(core.keys, (await a_link(core, invoice)).id)
        again = [await payer.press(f"/l/{token_2}"), await payer.get("/i")]
        assert [each.status for each in again] == [303, 200]
        answers += again
        form = re.search(r'name="token" value="(\w+)"', (await payer.get("/i/forward")).text)
        csrf = {"token": form[1] if form else ""}
        for who in ADDRESSES[1:]:
            answers.append(await payer.post("/i/forward", csrf | {"name": "Ben", "email": who, "note": HIDDEN}))
        answers.append(await payer.post("/i/others", csrf | {"invoice": "INV-7"}))
        answers.append(await payer.post("/i/pay", csrf | {"amount": HIDDEN}))
        for path in ("/i", "/i/forward", f"/l/{token}", "/i/receipt/R-1.pdf", f"/{token_2}", f"/i/{token_2}"):
            answers.append(await payer.get(f"{path}?{token}={HIDDEN}", headers={"Referer": f"https://x/l/{token_2}"}))
        async with await psycopg.AsyncConnection.connect(database, autocommit=True) as breaking:
            await breaking.execute("ALTER TABLE forwarding RENAME TO forwarding_away")
            await breaking.execute("ALTER TABLE pay_link RENAME TO pay_link_away")
        broken = [await payer.get("/i"), await payer.post(f"/l/{token_2}"), await payer.post("/i/forward", csrf | {
            "name": "Ben", "email": ADDRESSES[1], "note": HIDDEN})]  # fmt: skip
        async with await psycopg.AsyncConnection.connect(database, autocommit=True) as mending:
            await mending.execute("ALTER TABLE forwarding_away RENAME TO forwarding")
            await mending.execute("ALTER TABLE pay_link_away RENAME TO pay_link")
        secrets = [
            token,
            token_2,
            *(each.value for each in jar),
            *(each.value for each in other.cookie_jar),
            csrf["token"],
        ]
    assert [each.status for each in broken] == [500] * 3
    return [each for each in secrets if len(each) > 20], [*answers, *broken]


@dataclass
class Collector:
    """A collector of traces that keeps the bytes of what it is sent."""

    address: str
    heard: list[bytes]


@asynccontextmanager
async def a_collector() -> AsyncIterator[Collector]:
    """Listen for traces."""
    heard: list[bytes] = []

    async def take(request: web.Request) -> web.Response:
        heard.append(await request.read())  # aiohttp unpacks what was packed
        return web.Response()

    built = web.Application()
    built.router.add_post("/v1/traces", take)
    async with TestServer(built) as server:
        yield Collector(str(server.make_url("")).rstrip("/"), heard)


async def the_figures(served: Served) -> str:
    """Return what the process tells to whoever measures it."""
    async with aiohttp.ClientSession() as session, session.get(served.addresses["metrics"]) as answer:
        assert answer.status == 200
        return await answer.text()


async def everything_stored(database: str) -> dict[str, list[str]]:
    """Return every row of every table as text."""
    stored: dict[str, list[str]] = {}
    async with await psycopg.AsyncConnection.connect(database, row_factory=dict_row) as connection:
        names = await connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for row in await names.fetchall():
            rows = await connection.execute(f'SELECT row_to_json(t)::text AS said FROM "{row["tablename"]}" t')
            stored[row["tablename"]] = [each["said"] for each in await rows.fetchall()]
    return stored


async def test_a_whole_run_leaves_no_token_no_secret_and_no_address_behind(
    core: Core, database_address: str, tmp_path: Path
) -> None:
    keys = ",".join(f"{each.id}:{each.secret.hex()}" for each in KEYS.keys)
    settings = {"PLIXO_SIGNING_KEYS": keys, "PLIXO_LOG_LEVEL": "debug", "PLIXO_METRICS_PORT": "0"}
    async with (
        a_collector() as collector,
        a_portal(tmp_path, database_address, **settings, PLIXO_OTLP_ENDPOINT=collector.address) as served,
    ):
        secrets, answers = await a_whole_run(core, served, database_address)
        figures = await the_figures(served)
        served.stop()
        await served.ended()
        log = served.log.read_text()
    spans = b"".join(collector.heard).decode("utf-8", "replace")

    stored = await everything_stored(database_address)
    rows = [await core.database.rows("SELECT kind, fact FROM timeline_entry ORDER BY id")]
    slack = [EVENTS[each["kind"]].model_validate(each["fact"]).told() for each in rows[0]]
    slack.append(str(forwarding_views.listed(await forwardings.waiting(core))))

    assert "route=" in log
    assert "plixo_requests_total" in figures
    assert "request press" in spans
    assert len(slack) > 4
    told_outside = {"log": log, "figures": figures, "traces": spans}
    for secret in (*secrets, HIDDEN, *ADDRESSES):
        assert [name for name, text in told_outside.items() if secret in text] == []
    for secret in secrets:
        assert [name for name, lines in stored.items() if any(secret in line for line in lines)] == []
        assert not any(secret in each for each in slack)
    for address in ADDRESSES:
        assert not any(address in each for each in slack)
        keeping = {name for name, lines in stored.items() if any(address in line for line in lines)}
        assert keeping <= HOLD_ADDRESSES, (address, keeping)
    errors = [each for each in answers if each.status >= 400]
    assert {each.status for each in errors} >= {404, 500}
    for answer in errors:
        assert not any(address in answer.text for address in ADDRESSES if answer.status != 422), answer.path
        told = [
            each for each in secrets[:-1] if each in answer.text and each not in answer.path
        ]  # a form posts to itself
        assert told == [], answer.path
        assert "Traceback" not in answer.text
        assert "psycopg" not in answer.text
