"""Kill −9 at random moments: the flow finishes, with one payment, one receipt and one reminder a step."""

import asyncio
import os
import random
import re
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import psycopg
import pytest
from psycopg.rows import dict_row

from sandbox.mail_reading import read
from sandbox.store import Store
from tests import databases, nursery
from tests.flows.stage import free_port

KILLS = int(os.environ.get("PLIXO_TEST_KILLS", "20"))
"""`make soak` kills fifty times."""

INVOICES = 24
DEADLINE_SECONDS = 900.0

OK, DEAD, TOO_MANY = 200, 404, 429

DONE_OR_PAID_MEANWHILE = (0, 1)
"""Exit codes of an operator's help; it is refused when the payer was reached after all and has paid since."""


class Patient:
    """The one process, which is killed and started again."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder, self.address = folder, address
        self.page, self.portal, self.smtp = free_port(), free_port(), free_port()
        self.process: nursery.Child | None = None
        self.kills = 0

    async def up(self) -> None:
        """Start the process if it is not there, and wait until it answers."""
        if self.process is None or self.process.returncode is not None:
            self.process = await nursery.start(
                "plixo", "demo", "--empty", "--folder", str(self.folder), "--port", str(self.page),
                "--portal-port", str(self.portal), "--smtp-port", str(self.smtp), cwd=self.folder.parent,
                env={"PLIXO_DEMO_DATABASE_URL": self.address, "PATH": "/usr/bin:/bin", "HOME": str(self.folder)},
            )  # fmt: skip

    async def kill(self) -> None:
        """Kill −9."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()
            self.kills += 1

    async def fate(self, chance: random.Random) -> None:
        """Let it run for a random while after it answers, then kill it; until it was killed often enough."""
        while self.kills < KILLS:
            await self.up()
            await self._answers()
            await asyncio.sleep(chance.uniform(0.0, 1.6))
            await self.kill()
        await self.up()

    async def _answers(self) -> None:
        async with aiohttp.ClientSession() as session:
            for _ in range(600):
                try:
                    async with session.get(f"http://127.0.0.1:{self.portal}/healthz"):
                        return
                except aiohttp.ClientError:
                    await asyncio.sleep(0.05)
        raise AssertionError("the product does not start again")


class StubbornPayer:
    """A payer who goes on until the invoice is paid, whatever the server does."""

    def __init__(self, patient: Patient, store: Store, number: str) -> None:
        self.patient, self.store, self.number = patient, store, number
        self.root = f"http://127.0.0.1:{patient.portal}"
        self.asked: set[str] = set()

    async def pay(self) -> None:
        """Find the link, enter, pay; start over at whatever goes wrong."""
        jar = aiohttp.CookieJar(unsafe=True)  # a browser keeps its cookies
        while not self._has_receipt():
            try:
                async with aiohttp.ClientSession(cookie_jar=jar, timeout=aiohttp.ClientTimeout(total=10)) as browser:
                    if await self._once(browser):
                        return
            except (aiohttp.ClientError, TimeoutError, OSError):
                pass
            await asyncio.sleep(1)

    async def _once(self, browser: aiohttp.ClientSession) -> bool:
        link = self._newest_link()
        if link is None:
            return False
        async with browser.get(link):
            pass
        status, page = await self._press(browser, link)
        if status == TOO_MANY:
            await asyncio.sleep(10)
        if "i/pay" not in page:
            if status == DEAD and link not in self.asked:  # the answer that held our session was lost
                answered, _ = await self._press(browser, link, {"ask": "fresh"})
                self.asked.update({link} if answered == OK else ())
            return False
        fields = dict(re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page))
        while True:
            async with browser.post(
                f"{self.root}/i/pay", data=fields, headers={"Sec-Fetch-Site": "same-origin"}, allow_redirects=False
            ) as answer:
                place = answer.headers.get("Location", "")
            if "/stripe/pay/" not in place:
                return False
            async with browser.post(place, data={"method": "card", "card": "pays"}, allow_redirects=False) as answer:
                return answer.status == 303

    async def _press(
        self, browser: aiohttp.ClientSession, link: str, fields: dict[str, str] | None = None
    ) -> tuple[int, str]:
        async with browser.post(
            link, data=fields or {"ask": "enter"}, headers={"Sec-Fetch-Site": "same-origin"}
        ) as answer:
            return answer.status, await answer.text()

    def _has_receipt(self) -> bool:
        """Tell whether the payment went through although its answer was lost."""
        return any("eceipt" in mail["subject"] and self.number in mail["subject"] for mail in self.store.find("mail"))

    def _newest_link(self) -> str | None:
        for mail in self.store.find("mail"):
            if self.number in mail["subject"] and "eceipt" not in mail["subject"]:
                raw = self.store.get("mail.raw", mail["id"])
                assert raw is not None, "a mail is kept with its source"
                found = re.search(rf"{re.escape(self.root)}/l/[\w-]+", read(raw["latin1"].encode("latin-1")).text)
                return found.group() if found else None
        return None


@pytest.mark.fault
@pytest.mark.timeout(DEADLINE_SECONDS + 60)
async def test_kills_at_any_moment_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    async with databases.of_its_own() as address:
        patient = Patient(tmp_path / "demo", address)
        try:
            await _killed_and_looked_at(tmp_path, patient)
        finally:
            await patient.kill()


async def _killed_and_looked_at(tmp_path: Path, patient: Patient) -> None:
    chance, address = random.Random(20261122), patient.address
    await patient.up()
    await patient._answers()
    await _import(tmp_path, address)
    store = Store(tmp_path / "demo" / "sandbox" / "sandbox.sqlite3")
    payers = [StubbornPayer(patient, store, f"INV-{number:03}") for number in range(INVOICES)]
    begun = time.monotonic()

    async with asyncio.timeout(DEADLINE_SECONDS):
        killing = asyncio.create_task(patient.fate(chance))
        helping = asyncio.create_task(_operator(patient))
        await asyncio.gather(*(_after(chance.uniform(0, KILLS * 1.8), payer.pay()) for payer in payers))
        await killing
        helping.cancel()
        await _settled(address)

    rows = await _rows(address)
    receipts = _message_ids(store, "eceipt")
    reminders = _message_ids(store, "overdue")
    took = time.monotonic() - begun
    sys.stdout.write(f"{patient.kills} kills in {took:.0f} s; {len(reminders)} reminders, {len(receipts)} receipts\n")
    assert patient.kills == KILLS
    assert rows["payments"] == rows["settled"] == rows["receipts"] == INVOICES
    assert len(set(receipts)) == INVOICES
    assert len(reminders) == len(set(reminders))
    assert rows["doubled_steps"] == 0
    assert rows["sent"] <= len(reminders) <= rows["sent"] + rows["unknown"]


async def _operator(patient: Patient) -> None:
    """Do what the timeline asks a person for: a reminder that may not have left is followed by a fresh link."""
    helped: set[str] = set()
    while True:
        await asyncio.sleep(2)
        if patient.kills < KILLS:
            continue
        for number in set(await _unreached(patient.address)) - helped:
            helped.add(number)
            assert await _plixo(patient.folder, patient.address, "link", number) in DONE_OR_PAID_MEANWHILE


async def _unreached(address: str) -> list[str]:
    async with await psycopg.AsyncConnection.connect(address) as connection:
        rows = await connection.execute(
            "SELECT number FROM invoice i WHERE state = 'open' AND EXISTS"
            " (SELECT FROM mailing m WHERE m.invoice_id = i.id AND m.state = 'unknown')"
        )
        return [row[0] for row in await rows.fetchall()]


async def _plixo(folder: Path, address: str, *words: str) -> int:
    environment = {"PLIXO_DATABASE_URL": address, "PLIXO_DATA_DIR": str(folder), "PATH": "/usr/bin:/bin"}
    return (await nursery.plixo(*words, env=environment, cwd=folder)).code


async def _after(seconds: float, work: Any) -> None:
    await asyncio.sleep(seconds)
    await work


async def _import(folder: Path, address: str) -> None:
    due = date.today() - timedelta(days=8)  # noqa: DTZ011 - the demo's clock starts at the machine's
    lines = ["Invoice Number,Customer,Due Date,Amount,Currency,Contact Email"]
    lines += [f"INV-{n:03},Customer {n},{due},100.00,EUR,payer{n}@acme.example" for n in range(INVOICES)]
    file = folder / "ledger.csv"
    file.write_text("\n".join(lines) + "\n")
    assert await _plixo(folder / "demo", address, "import", "invoices", str(file)) == 0


async def _settled(address: str) -> None:
    """Wait until no job is left and every receipt has left."""
    while True:
        async with await psycopg.AsyncConnection.connect(address, row_factory=dict_row) as connection:
            row = await (
                await connection.execute(
                    "SELECT (SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')) AS jobs,"
                    " (SELECT count(*) FROM mailing WHERE letter = 'receipt' AND state = 'sent') AS receipts"
                )
            ).fetchone()
        if row is not None and row["jobs"] == 0 and row["receipts"] >= INVOICES:
            return
        await asyncio.sleep(0.5)


async def _rows(address: str) -> dict[str, int]:
    async with await psycopg.AsyncConnection.connect(address, row_factory=dict_row) as connection:
        row = await (
            await connection.execute(
                "SELECT (SELECT count(*) FROM payment) AS payments, (SELECT count(*) FROM receipt) AS receipts,"
                " (SELECT count(*) FROM invoice WHERE state = 'settled') AS settled,"
                " (SELECT count(*) FROM mailing WHERE letter LIKE 'reminder%' AND state = 'sent') AS sent,"
                " (SELECT count(*) FROM mailing WHERE letter LIKE 'reminder%' AND state = 'unknown') AS unknown,"
                " (SELECT count(*) FROM (SELECT 1 FROM mailing WHERE letter LIKE 'reminder%'"
                "  GROUP BY invoice_id, step HAVING count(*) > 1) d) AS doubled_steps"
            )
        ).fetchone()
    assert row is not None
    return row


def _message_ids(store: Store, words: str) -> list[str]:
    found = []
    for mail in store.find("mail"):
        if words in mail["subject"]:
            raw = store.get("mail.raw", mail["id"])
            assert raw is not None, "a mail is kept with its source"
            match = re.search(r"(?im)^message-id:\s*(\S+)", raw["latin1"])
            assert match is not None
            found.append(match.group(1))
    return found
