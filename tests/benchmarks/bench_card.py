"""How soon the card of the queue stands in Slack after a command or a click, one at a time, with nothing else to do.

python -m tests.benchmarks.bench_card     ``BENCH_SLACK_INVOICES`` sets how large the ledger is (10,000; 1000000 takes
                                          two or three minutes, most of them to make the ledger and judge its queue)

The bot is a process of its own. A person types the queue, types for the next case, and skips the case on the card again
and again, by its own button; commands and clicks come signed over HTTP. A card counts from the request to the last
byte of what is sent to the request's own address.
"""

import asyncio
import json
import multiprocessing
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from bot.ids import Action
from domain.casework import worklist
from domain.kernel.actor import SHELL
from domain.kernel.jobs import Jobs
from domain.people import people
from domain.people.roles import Role
from plixo import wiring
from tests.benchmarks import bench_slack
from tests.benchmarks.bench_jobs import a_database
from tests.benchmarks.bench_slack import INVOICES, PATH
from tests.benchmarks.growth import ledgers

LOOKS = 60
WARM = 10
"""Looks at the beginning that nobody counts: connections and plans are made in them."""

CARD_SECONDS = 0.1
"""Within it 95 of 100 cards are to stand there."""


@dataclass
class Slack(bench_slack.Slack):
    """Where the answers arrive, and what they were."""

    said: dict[str, Any] = field(default_factory=dict)

    async def _take(self, request: web.Request) -> web.Response:
        self.said[request.match_info["id"]] = await request.json()
        return await super()._take(request)


@dataclass
class Desk:
    """A person who types and clicks, and waits for each answer."""

    slack: Slack
    session: aiohttp.ClientSession
    url: str

    async def type(self, text: str) -> tuple[float, Any]:
        """Type a command; return the seconds until its answer, and the answer."""
        number = next(self.slack.numbers) * bench_slack.OPERATORS  # always the same person
        return await self._sent(number, *bench_slack.request(self.slack, number, text))

    async def click(self, action: Action, value: str) -> tuple[float, Any]:
        """Click a button; return the same."""
        number = next(self.slack.numbers) * bench_slack.OPERATORS
        payload = {
            "type": "block_actions", "team": {"id": "T0", "domain": "t"}, "user": {"id": "U0", "team_id": "T0"},
            "api_app_id": "A0", "token": "", "trigger_id": f"t{number}", "channel": {"id": "C1", "name": "ops"},
            "container": {"type": "message", "channel_id": "C1", "is_ephemeral": True},
            "response_url": f"{self.slack.url}answers/{number}",
            "actions": [{"type": "button", "action_id": action, "block_id": "b", "value": value, "action_ts": "1.2"}],
        }  # fmt: skip
        body = urlencode({"payload": json.dumps(payload)}).encode()
        return await self._sent(number, body, bench_slack.signed(body))

    async def _sent(self, number: int, body: bytes, headers: dict[str, str]) -> tuple[float, Any]:
        arrived = self.slack.arrived[str(number)] = asyncio.get_running_loop().create_future()
        begun = time.perf_counter()
        async with self.session.post(self.url, data=body, headers=headers) as answer:
            await answer.read()
            assert answer.status == 200
        taken = await asyncio.wait_for(arrived, 60) - begun
        return taken, self.slack.said.pop(str(number))


def _value(card: Any, action: Action) -> str:
    """Return the value of a button of a card."""

    def found(part: Any) -> Iterator[Any]:
        if isinstance(part, dict):
            if part.get("action_id") == action:
                yield part
            for each in part.values():
                yield from found(each)
        elif isinstance(part, list):
            for each in part:
                yield from found(each)

    buttons = [*found(card)]
    assert buttons, f"no {action} on the card: {json.dumps(card)[:500]}"
    return str(buttons[0]["value"])


async def _looks(desk: Desk) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {"its list, by a command": [], "the next case, by a command": [],
                                     "the next case, by a click": []}  # fmt: skip
    for _ in range(WARM + LOOKS):
        listed, _ = await desk.type("queue")
        typed, card = await desk.type("next")
        skipped, _ = await desk.click(Action.SKIP, _value(card, Action.SKIP))
        for each, seconds in zip(taken.values(), (listed, typed, skipped), strict=True):
            each.append(seconds)
    return {what: each[WARM:] for what, each in taken.items()}


async def run() -> list[dict[str, Any]]:
    """Measure one size."""
    slack = Slack()
    async with slack.listening(), a_database() as address:
        jobs = Jobs(address, wiring.JOBS)
        core = bench_slack.core_of(jobs)
        await jobs.open()
        ledger = await ledgers.fill(address, INVOICES)
        await worklist.refresh_all(core)
        await core.database.execute("ANALYZE worklist")
        await people.grant(core, slack_id="U0", name="Operator", role=Role.AR_MANAGER, reason="bench", actor=SHELL)
        port = multiprocessing.get_context("spawn").Value("i", 0)
        with bench_slack.beside(bench_slack.run_bot, address, slack.url, port, bare=False):
            async with aiohttp.ClientSession() as session:
                taken = await _looks(Desk(slack, session, f"http://127.0.0.1:{port.value}{PATH}"))
        await jobs.close()
    return [_row(what, each, ledger.open) for what, each in taken.items()]


def _row(what: str, seconds: list[float], open_invoices: int) -> dict[str, Any]:
    median, slowest = (sorted(seconds)[int(len(seconds) * share)] for share in (0.5, 0.95))
    told = f"half within {median * 1000:.0f} ms, 95 of 100 within {slowest * 1000:.0f} ms"
    return {
        "name": f"queue of {open_invoices:,} open of {INVOICES:,} invoices in Slack, {what}: {told}",
        "unit": f"times within {CARD_SECONDS * 1000:.0f} ms", "ours": CARD_SECONDS / slowest, "bare": 1, "limit": 1,
    }  # fmt: skip


if __name__ == "__main__":
    for row in asyncio.run(run()):
        sys.stdout.write(f"{row['name']}: {row['ours'] / row['bare']:.3f} (limit {row['limit']})\n")
