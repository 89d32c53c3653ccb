"""The tally: what counts for and against whom, added up in one table, and kept while the database is away."""

from dataclasses import replace
from pathlib import Path

import pytest

from domain.kernel.core import Core
from domain.kernel.transactions import Database
from domain.kernel.watch import Work
from domain.operations import incident_facts, outside_calls
from domain.operations.incident_figures import Calls
from plixo.tally import Counter, parties
from tests.clocks import StandingClock


class Away(Database):
    """A database that does not answer."""

    async def execute(self, *_: object, **__: object) -> int:
        raise OSError("away")


def _work(kind: str, name: str, outcome: str) -> Work:
    work = Work(kind, name)
    work.outcome = outcome
    return work


@pytest.mark.parametrize(
    ("kind", "name", "outcome", "told"),
    [
        ("stripe", "open", "ok", {"stripe": True, "checkout": True}),
        ("stripe", "open", "refused", {"stripe": False, "checkout": False}),
        ("stripe", "news", "away", {"stripe": False}),
        ("mail", "mail", "sent", {"relay": True}),
        ("mail", "incident", "later", {"relay": False}),
        ("mail", "mail", "withheld", {}),
        ("inbound", "mail", "not_stored", {"inbound": False}),
        ("inbound", "mail", "refused", {}),
        ("request", "stripe_webhook", "400", {"webhook": False}),
        ("request", "invoice", "500", {"pages": False}),
        ("request", "invoice", "404", {"pages": True}),
        ("request", "invoice", "503", {}),
        ("request", "missing", "404", {}),
        ("request", "invoice", "failed", {}),
        ("job", "send_mailing", "failed", {}),
    ],
)
def test_only_what_says_something_of_the_other_side_counts(
    kind: str, name: str, outcome: str, told: dict[str, bool]
) -> None:
    assert dict(parties(_work(kind, name, outcome))) == told


async def test_what_several_processes_saw_is_added_up(core: Core, tmp_path: Path, clock: StandingClock) -> None:
    for _ in range(2):
        counter = Counter(core, folder=tmp_path)
        counter.ended(_work("stripe", "open", "away"))
        counter.ended(_work("stripe", "news", "ok"))
        await counter.write()

    figures = await incident_facts.read(core)

    assert figures.of("stripe") == Calls(2, 2)
    assert figures.of("checkout") == Calls(0, 2)
    assert figures.of("disk") == Calls(2, 0)


async def test_while_the_database_is_away_nothing_is_lost_and_that_is_told_afterwards(
    core: Core, tmp_path: Path, clock: StandingClock
) -> None:
    counter = Counter(replace(core, database=Away()), folder=tmp_path)
    counter.ended(_work("stripe", "open", "away"))
    await counter.write()
    clock.advance(minutes=1)
    await counter.write()
    counter._core = core

    await counter.write()

    figures = await incident_facts.read(core)
    assert figures.of("checkout") == Calls(0, 1)
    assert figures.of("database") == Calls(0, 2)


async def test_pages_that_never_answered_from_here_prove_nothing(core: Core, clock: StandingClock) -> None:
    for _ in range(5):
        await outside_calls.note(core, party=incident_facts.PORTAL, fine=False)
        clock.advance(minutes=1)
    never = (await incident_facts.read(core)).pages_silent
    await outside_calls.note(core, party=incident_facts.PORTAL, fine=True)
    for _ in range(4):
        clock.advance(minutes=1)
        await outside_calls.note(core, party=incident_facts.PORTAL, fine=False)

    silent = (await incident_facts.read(core)).pages_silent

    assert never.total_seconds() == 0
    assert silent.total_seconds() == 240
