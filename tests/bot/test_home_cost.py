"""A Home costs few statements, however many people look at theirs."""

from collections import Counter
from dataclasses import replace
from typing import Any

from domain.casework import worklist
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.transactions import Database, Params, Row
from domain.operations import desks
from domain.people import people
from domain.people.roles import Role
from tests.builders import an_invoice

MIA = "U0MIA"


class Counted(Database):
    """A database that counts what it is asked."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()

    async def rows(self, sql: str, params: Params = None, **how: Any) -> list[Row]:
        """Count the statement and run it."""
        self.asked[" ".join(sql.split())[:300]] += 1
        return await super().rows(sql, params, **how)


async def test_the_desk_of_somebody_who_may_do_all_costs_few_statements(core: Core) -> None:
    await people.grant(core, slack_id=MIA, name="Mia", role=Role.CONTROLLER, reason="t", actor=SHELL)
    await an_invoice(core, days_past_due=40)
    await worklist.refresh(core)
    shared = await desks.shared(core)
    database = Counted()
    counted = replace(core, database=database)

    await desks.of(counted, actor=await people.actor(counted, slack_id=MIA), shared=shared)

    assert sum(database.asked.values()) <= 12, "\n".join(database.asked)
    assert max(database.asked.values()) == 1, "nothing is asked twice"
