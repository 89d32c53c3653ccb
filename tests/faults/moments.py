"""The moments: an import, reminders, payments, a storm of mail, each by people who try again as people do."""

import asyncio
import io
import random
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any
from urllib.parse import urljoin

import aiohttp

from domain.kernel.actor import SHELL
from domain.kernel.clock import local_date
from domain.ledger import csv_import
from sandbox import mail_answers, slack_sharing
from tests.faults.matrix import Moment
from tests.faults.yard import Yard
from tests.flows.stage import until
from tests.inbound_mail.test_kill import Storm

CONTROLLER = "U0CARLA"

BEGUN_SECONDS = 30.0
"""A moment that has not come to its middle by then is struck all the same."""

PREPARED_SECONDS = 180.0
"""Within so long the reminders of payers who are to pay have arrived, also on a slow machine."""

AGAIN_SECONDS = 8.0
"""After so long without an answer a person tries again."""

HEADERS = "Invoice Number,Customer,Customer Number,Invoice Date,Due Date,Amount,Currency,Contact Email,Country"


class Scene(ABC):
    """One moment of one cell."""

    def __init__(self, yard: Yard, batch: str, chance: random.Random) -> None:
        self.yard, self.batch, self.chance = yard, batch, chance
        self.middle = asyncio.Event()
        """Set when enough has happened, and enough is left to happen."""

    async def prepare(self) -> None:  # noqa: B027 - most have nothing to prepare
        """Do what has to be there before, in good weather."""

    @abstractmethod
    async def play(self) -> None:
        """Play to the end, however often it has to be tried."""

    @abstractmethod
    async def missing(self) -> list[str]:
        """Say what has not come about; nothing when all is well."""

    def numbers(self, count: int) -> list[str]:
        """Return the numbers of this scene's invoices."""
        return [f"{self.batch}{number:03}" for number in range(1, count + 1)]

    def ledger(self, count: int, *, overdue_days: int) -> bytes:
        """Return a ledger of so many customers with one invoice each."""
        due = local_date(self.yard.core.clock, self.yard.core.merchant.zone) - timedelta(overdue_days)
        lines = [HEADERS] + [
            f"{number},Customer {number},C-{number},{due - timedelta(30)},{due},100.0{place % 10},EUR,"
            f"{address_of(number)},DE"
            for place, number in enumerate(self.numbers(count))
        ]
        return ("\n".join(lines) + "\n").encode()

    async def imported(self, count: int) -> None:
        """Import invoices that are due for their first reminder, past Slack."""
        await stubbornly(lambda: self._import(count))

    async def _import(self, count: int) -> None:
        stream = io.BytesIO(self.ledger(count, overdue_days=8))
        request = csv_import.ImportRequest(kind="invoices", file_name=f"{self.batch}.csv", stream=stream)
        await csv_import.apply(self.yard.core, request, actor=SHELL)

    async def invoices(self, where: str = "true") -> int:
        """Count this scene's invoices of which something is true."""
        [row] = await self.yard.rows(
            f"SELECT count(*) AS n FROM invoice WHERE number LIKE %s AND {where}", f"{self.batch}%"
        )
        return int(row["n"])


def address_of(number: str) -> str:
    """Return whom reminders about an invoice go to."""
    return f"payer-{number.casefold()}@customer-{number.casefold()}.example"


async def stubbornly(act: Callable[[], Awaitable[None]], *, seconds: float = 120.0) -> None:
    """Do something until it works; whatever goes wrong meanwhile is the weather."""
    end = time.monotonic() + seconds
    while True:
        try:
            await asyncio.wait_for(act(), 30)
            return
        except Exception:  # whatever the fault does to the test's own hands is none of what is tested
            if time.monotonic() > end:
                raise
            await asyncio.sleep(1)


class Import(Scene):
    """A Controller shares a ledger in Slack, and decides that it is imported."""

    COUNT = 30

    async def play(self) -> None:
        """Share, look at the preview, press; and again what got lost."""
        name, content = f"{self.batch}.csv", self.ledger(self.COUNT, overdue_days=-20)
        shared = 0.0
        while await self._imported() < self.COUNT:
            if time.monotonic() - shared > AGAIN_SECONDS and not self._cards():
                await self._share(name, content)
                shared = time.monotonic()
                self.middle.set()
            for card in self._cards():
                await self._press(card)
            await asyncio.sleep(0.3)

    async def _imported(self) -> int:
        with suppress(Exception):  # the database may be what is struck
            return await asyncio.wait_for(self.invoices(), 5)
        return 0

    def _cards(self) -> list[dict[str, Any]]:
        workspace = self.yard.sandbox.slack.workspace
        shown = workspace.messages(workspace.direct(CONTROLLER), limit=200)
        return [each for each in shown if f"{self.batch}.csv" in str(each.get("blocks"))]

    async def _share(self, name: str, content: bytes) -> None:
        slack = self.yard.sandbox.slack
        file = slack_sharing.upload(slack, user=CONTROLLER, name=name, content=content)
        await slack_sharing.share(
            slack, user=CONTROLLER, file_ids=[file["id"]], channel=slack.workspace.direct(CONTROLLER)
        )

    async def _press(self, card: dict[str, Any]) -> None:
        slack = self.yard.sandbox.slack
        for block in card["blocks"]:
            for element in block.get("elements", []):
                if element.get("type") == "button" and element["text"]["text"].startswith("Import "):
                    with suppress(Exception):  # the button may have gone since
                        await slack.press(
                            user=CONTROLLER, block_id=block["block_id"], action_id=element["action_id"],
                            ts=card["ts"], channel=slack.workspace.direct(CONTROLLER),
                        )  # fmt: skip

    async def missing(self) -> list[str]:
        """Say what of the file is not in the ledger, or not as the file has it."""
        [row] = await self.yard.rows(
            "SELECT count(*) AS n, coalesce(sum(total_minor), 0) AS minor FROM invoice WHERE number LIKE %s",
            f"{self.batch}%",
        )
        minor = sum(10_000 + place % 10 for place in range(self.COUNT))
        return [] if (row["n"], row["minor"]) == (self.COUNT, minor) else [f"of {self.COUNT} invoices {row['n']}"]


class Sends(Scene):
    """Reminders fall due and leave."""

    COUNT = 8

    async def play(self) -> None:
        """Import what is due, and see the mails leave."""
        await self.imported(self.COUNT)
        with suppress(AssertionError):  # none leaves while somebody is struck
            await until(self._begun, seconds=BEGUN_SECONDS, missing="no mail has left")
        self.middle.set()

    async def _begun(self) -> bool:
        return len(self.arrived()) >= self.COUNT // 4

    def arrived(self) -> list[str]:
        """Return the numbers of this scene's invoices in the mails that the relay took, each as often as it came."""
        return [
            number for mail in list(self.yard.relay.taken) for number in mail.numbers if number.startswith(self.batch)
        ]

    async def missing(self) -> list[str]:
        """Say which reminder is neither there nor accounted for."""
        rows = await self.yard.rows(
            "SELECT i.number, m.state, m.reason, m.waits_reason FROM invoice i"
            " LEFT JOIN mailing_item t ON t.invoice_id = i.id AND t.state = 'included'"
            " LEFT JOIN mailing m ON m.id = t.mailing_id WHERE i.number LIKE %s",
            f"{self.batch}%",
        )
        arrived, found = self.arrived(), []
        if len(rows) != self.COUNT:
            found.append(f"{len(rows)} mailings for {self.COUNT} invoices")
        for row in rows:
            times = arrived.count(row["number"])
            if (row["state"] == "sent" and times == 1) or (row["state"] == "unknown" and times <= 1):
                continue
            why = row["waits_reason"] or row["reason"]
            found.append(f"the reminder of {row['number']} is {row['state']} ({why}), came {times} times")
        return found


class Payments(Sends):
    """Payers follow the links in their reminders and pay by card."""

    COUNT = 4

    async def prepare(self) -> None:
        """Have the reminders sent, in good weather."""
        await self.imported(self.COUNT)
        end = time.monotonic() + PREPARED_SECONDS
        while len(set(self.arrived())) < self.COUNT:
            assert time.monotonic() < end, f"no reminder to pay by: {await self.missing()}"
            await asyncio.sleep(0.1)
        await self.yard.redis.say("FLUSHALL")  # all payers have one address

    async def play(self) -> None:
        """Let all payers pay, one after the other and until it worked."""
        await asyncio.gather(*(self._pay(place, number) for place, number in enumerate(self.numbers(self.COUNT))))

    async def _pay(self, place: int, number: str) -> None:
        await asyncio.sleep(0.4 * place)
        jar, asked = aiohttp.CookieJar(unsafe=True), 0.0  # a browser keeps its cookies
        while not await self._settled(number):
            with suppress(aiohttp.ClientError, TimeoutError, OSError):
                timeout = aiohttp.ClientTimeout(total=10)
                told = {"X-Forwarded-For": f"198.51.100.{int(number[-7:]) % 250}"}  # an address of one's own
                async with aiohttp.ClientSession(cookie_jar=jar, timeout=timeout, headers=told) as browser:
                    may_ask = time.monotonic() - asked > AGAIN_SECONDS
                    if await self._once(browser, self._link(number), may_ask=may_ask) and may_ask:
                        asked = time.monotonic()
            if place == 0:
                self.middle.set()
            await asyncio.sleep(1)

    async def _settled(self, number: str) -> bool:
        with suppress(Exception):  # the database may be what is struck
            [row] = await asyncio.wait_for(self.yard.rows("SELECT state FROM invoice WHERE number = %s", number), 5)
            return bool(row["state"] == "settled")
        return False

    async def _once(self, browser: aiohttp.ClientSession, link: str, *, may_ask: bool) -> bool:
        """Try to pay; tell whether a fresh link was asked for, as whoever lost the answer with the session must."""
        headers = {"Sec-Fetch-Site": "same-origin"}
        async with browser.get(urljoin(link, "/i")) as answer:
            page = await answer.text()
        if "i/pay" not in page:
            async with browser.get(link):
                pass
            async with browser.post(link, data={"ask": "enter"}, headers=headers) as answer:
                page = await answer.text()
                if answer.status == 404 and may_ask:
                    async with browser.post(link, data={"ask": "fresh"}, headers=headers):
                        return True
        fields = dict(re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page))
        if "i/pay" not in page:
            return False
        address = urljoin(link, "/i/pay")
        async with browser.post(address, data=fields, headers=headers, allow_redirects=False) as answer:
            session = answer.headers.get("Location", "").rpartition("/")[2]
        if session.startswith("cs_"):
            with suppress(Exception):  # it was paid before, or has expired
                self.yard.sandbox.stripe.pay_by_card(session)
        return False

    def _link(self, number: str) -> str:
        """Return the link of the newest mail to this invoice's payer."""
        for letter in reversed(self.yard.relay.letters):
            if letter.recipient == address_of(number):
                body = message_from_bytes(letter.raw, policy=policy.default).get_body(("plain",))
                found = re.search(rf"{re.escape(self.yard.portal)}/l/[\w-]+", str(body.get_content()) if body else "")
                if found:
                    return found.group()
        raise AssertionError(f"no link was mailed for {number}")

    async def missing(self) -> list[str]:
        """Say whose payment is not in the books, whole and once, or without a receipt."""
        rows = await self.yard.rows(
            "SELECT i.number, i.state, (SELECT count(*) FROM allocation a WHERE a.invoice_id = i.id) AS booked,"
            " (SELECT count(*) FROM mailing m WHERE m.invoice_id = i.id AND m.letter = 'receipt' AND m.state = 'sent')"
            " AS receipts FROM invoice i WHERE i.number LIKE %s",
            f"{self.batch}%",
        )
        return [
            f"{row['number']} is {row['state']}, booked {row['booked']} times, {row['receipts']} receipts"
            for row in rows
            if (row["state"], row["booked"], row["receipts"]) != ("settled", 1, 1)
        ]


class Gale(Storm):
    """A storm whose mails name their scene."""

    def __init__(self, to: str, mails: int, batch: str) -> None:
        super().__init__(to, mails)
        self._batch = batch

    def _body(self, number: int) -> bytes:
        return f"From: a@b.example\r\nSubject: storm {self._batch} {number}\r\n\r\n".encode() + b"text of it\r\n" * (
            number % 50
        )


class InboundStorm(Scene):
    """Mail pours in, complaints among it."""

    COUNT, COMPLAINTS = 24, 2

    async def play(self) -> None:
        """Deliver everything, until each mail was answered with 250."""
        domain = self.yard.core.merchant.mail_domain
        storm = Gale(f"postmaster@{domain}", self.COUNT, self.batch)
        halfway = asyncio.create_task(self._halfway(storm))
        await asyncio.gather(storm.blow([self.yard.smtp_port]), *(self._complain(n) for n in range(self.COMPLAINTS)))
        await halfway
        assert not storm.refused, f"refused: {storm.refused[:3]}"

    async def _halfway(self, storm: Storm) -> None:
        await storm.reached(self.COUNT // 4)
        self.middle.set()

    async def _complain(self, number: int) -> None:
        """Complain about a mail that was never ours, so that whoever complains is looked up."""
        sent = mail_answers.Sent(
            f"b+none@{self.yard.core.merchant.mail_domain}",
            f"nobody-{self.batch.casefold()}-{number}@stranger.example",
            f"From: x@y.example\r\nSubject: storm {self.batch} c{number}\r\n\r\nhello\r\n".encode(),
        )
        letter = mail_answers.complaint(sent, at=self.yard.clock.now())

        async def deliver() -> None:
            await self.yard.sandbox.mail.deliver(letter)

        await stubbornly(deliver)

    async def missing(self) -> list[str]:
        """Say which mail that was answered with 250 is not there once and read, and whose sender was not looked up."""
        rows = await self.yard.rows(
            r"SELECT substring(convert_from(body, 'UTF8') FROM 'Subject: storm ([^\r\n]+)') AS subject, state,"
            " coalesce(authentication::text, 'temperror') LIKE '%%temperror%%' AS unsettled"
            " FROM inbound_mail WHERE position(%s in body) > 0",
            f"Subject: storm {self.batch} ".encode(),
        )
        mails = [row["subject"] for row in rows if not _is_complaint(row["subject"])]
        wanted = sorted(f"{self.batch} {number}" for number in range(self.COUNT))
        told = [f"of {len(wanted)} mails {len(mails)} are there"] if sorted(mails) != wanted else []
        told += [f"{row['subject']} was never read" for row in rows if row["state"] == "stored"]
        settled = {row["subject"] for row in rows if _is_complaint(row["subject"]) and not row["unsettled"]}
        if len(settled) != self.COMPLAINTS:
            told.append(f"of {self.COMPLAINTS} who complained {len(settled)} were looked up")
        return told


def _is_complaint(subject: str) -> bool:
    return subject.rpartition(" ")[2].startswith("c")


SCENES: Mapping[Moment, type[Scene]] = {
    Moment.IMPORT: Import,
    Moment.SENDS: Sends,
    Moment.PAYMENTS: Payments,
    Moment.STORM: InboundStorm,
}
