"""A stage for flow tests: the whole product against the sandbox, through real sockets, with people who use it."""

import asyncio
import re
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urljoin

import aiohttp

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.transactions import Row
from domain.ledger import csv_import
from plixo import migrations
from plixo.demo import Demo, DemoPlaces
from tests import databases

T = TypeVar("T")

PATIENCE_SECONDS = 25.0

LEDGER = """Invoice Number,Customer,Invoice Date,Due Date,Amount,Currency,Contact Email,Country
{number},Acme Ltd,{issued},{due},125.00,{currency},anna@acme.example,DE
"""


def free_port() -> int:
    """Return a port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def until(what: Callable[[], Awaitable[T | None]], *, seconds: float = PATIENCE_SECONDS, missing: str) -> T:
    """Ask again until there is an answer; fail with the words *missing* when there is none in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := await what():
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(missing)


@dataclass
class Stage:
    """The product on stage, and what its people can do."""

    demo: Demo
    places: DemoPlaces
    _payers: list["Payer"] = field(default_factory=list)

    @property
    def core(self) -> Core:
        """The product's core."""
        assert self.demo.product is not None
        return self.demo.product.core

    @property
    def portal(self) -> str:
        """The portal's address."""
        return f"http://127.0.0.1:{self.places.portal_port}"

    async def imports(self, *, number: str = "INV-1", days_past_due: int = 8, currency: str = "EUR") -> None:
        """Import a ledger of one invoice over 125.00."""
        due = self.core.clock.now().date().toordinal() - days_past_due
        text = LEDGER.format(
            number=number, currency=currency, due=_day(due).isoformat(), issued=_day(due - 30).isoformat()
        )
        request = csv_import.ImportRequest(kind="invoices", file_name="ledger.csv", stream=BytesIO(text.encode()))
        await csv_import.apply(self.core, request, actor=SHELL)

    async def row(self, statement: str, *values: Any) -> Row | None:
        """Look into the database."""
        return await self.core.database.row(statement, values)

    async def mail(self, *, to: str = "anna@acme.example", subject: str, count: int = 1) -> dict[str, Any]:
        """Wait until *count* mails whose subject holds the words are in the box; return the newest."""

        async def found() -> dict[str, Any] | None:
            mails = [each for each in self.demo.sandbox.mail.mails(recipient=to) if subject in each["subject"]]
            return mails[0] if len(mails) >= count else None

        return await until(found, missing=f"no {count}. mail about {subject!r} for {to}")

    def link_in(self, mail: dict[str, Any]) -> str:
        """Return the payment link in a mail's text."""
        found = re.search(rf"{re.escape(self.portal)}/l/[\w-]+", self.demo.sandbox.mail.read(mail["id"]).text)
        assert found is not None, "the mail holds a link"
        return found.group()

    async def other_link(self, than: str, *, to: str = "anna@acme.example") -> str:
        """Wait until a mail brings another link than that one; a reminder that falls due meanwhile may bring it."""

        async def found() -> str | None:
            pattern = re.compile(rf"{re.escape(self.portal)}/l/[\w-]+")
            for mail in self.demo.sandbox.mail.mails(recipient=to):
                for link in pattern.findall(self.demo.sandbox.mail.read(mail["id"]).text):
                    if link != than:
                        return str(link)
            return None

        return await until(found, missing=f"no mail with a new link for {to}")

    async def told(self, kind: str, *, number: str = "INV-1") -> dict[str, Any]:
        """Wait until an event is on the invoice's timeline."""

        async def found() -> dict[str, Any] | None:
            return await self.row(
                "SELECT t.fact, t.request_id FROM timeline_entry t JOIN invoice i ON i.id = t.invoice_id"
                " WHERE t.kind = %s AND i.number = %s",
                kind,
                number,
            )

        return await until(found, missing=f"no event {kind} on the timeline of {number}")

    async def in_slack(self, words: str) -> dict[str, Any]:
        """Wait until a message in the operators' channel shows the words."""

        async def found() -> dict[str, Any] | None:
            room = self.demo.sandbox.slack.workspace.channel
            for message in self.demo.sandbox.slack.workspace.messages(room):
                if words in str(message):
                    return message
            return None

        return await until(found, missing=f"Slack never showed {words!r}")

    async def whispered(self, words: str, *, user: str) -> dict[str, Any]:
        """Wait until one person alone is shown the words in the operators' channel."""
        workspace = self.demo.sandbox.slack.workspace

        async def found() -> dict[str, Any] | None:
            shown = workspace.whispers(workspace.channel, user)
            return next((each for each in shown if words in str(each)), None)

        return await until(found, missing=f"{user} was never shown {words!r}")

    def payer(self) -> "Payer":
        """Return a payer with a browser of their own."""
        payer = Payer(self)
        self._payers.append(payer)
        return payer

    async def restart(self) -> None:
        """Stop product and stand-ins, and start them anew on the same data."""
        await self.demo.stop()
        self.demo = Demo(self.places, sample=False)
        await self.demo.start()

    async def leave(self) -> None:
        """Close the browsers and take everything down."""
        for payer in self._payers:
            await payer.browser.close()
        await self.demo.stop()


def _day(ordinal: int) -> Any:
    from datetime import date

    return date.fromordinal(ordinal)


class Payer:
    """A payer in a browser: a cookie jar, and the pages' own forms."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.browser = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.page = ""

    async def look(self, link: str) -> int:
        """Open a link without pressing anything; return the status."""
        async with self.browser.get(link, allow_redirects=False) as answer:
            self.page = await answer.text()
            return answer.status

    async def press(self, address: str, **fields: str) -> tuple[int, str]:
        """Send a form as the page's own button does; return status and where it leads."""
        headers = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}
        async with self.browser.post(address, data=fields, headers=headers, allow_redirects=False) as answer:
            self.page = await answer.text()
            return answer.status, answer.headers.get("Location", "")

    async def enter(self, link: str) -> int:
        """Press the button behind a link and come to the invoice page; return its status."""
        await self.look(link)
        status, leads_to = await self.press(link, ask="enter")
        return await self.look(urljoin(link, leads_to)) if status == 303 else status

    def hidden(self) -> dict[str, str]:
        """Return the hidden fields of the page's forms."""
        return dict(re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', self.page))

    async def go_to_checkout(self) -> str:
        """Press Pay; return the id of the checkout session."""
        status, leads_to = await self.press(f"{self.stage.portal}/i/pay", **self.hidden())
        assert status == 303, f"paying answered {status}: {self.page[:500]}"
        return leads_to.rpartition("/")[2]

    async def come_back(self) -> int:
        """Return from the checkout as Stripe's page leads a payer back."""
        return await self.look(f"{self.stage.portal}/i/return")


@asynccontextmanager
async def stage(folder: Path) -> AsyncIterator[Stage]:
    """Put the product on stage, on a database of its own."""
    async with databases.of_its_own() as address:
        await migrations.migrate(address, first_mode="autopilot")
        places = DemoPlaces(folder, free_port(), free_port(), free_port(), database_url=address)
        there = Stage(Demo(places, sample=False), places)
        try:
            await there.demo.start()
            yield there
        finally:
            await there.leave()
