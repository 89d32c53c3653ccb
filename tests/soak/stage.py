"""The stage of the soak: what everybody who acts on it needs."""

import random
from dataclasses import dataclass

from domain.kernel.core import Core
from domain.kernel.transactions import Row
from tests.soak.relay import Relay
from tests.soak.world import World


@dataclass
class Stage:
    """Where the acts are played."""

    core: Core
    world: World
    relay: Relay
    chance: random.Random


async def an_invoice(stage: Stage, where: str = "i.state = 'open'") -> Row | None:
    """Choose one of the invoices that meet a condition."""
    counted = await stage.core.database.row(f"SELECT count(*) AS n FROM invoice i WHERE {where}")
    if counted is None or not counted["n"]:
        return None
    return await stage.core.database.row(
        f"SELECT i.*, a.number AS customer FROM invoice i JOIN account a ON a.id = i.account_id WHERE {where}"
        " ORDER BY i.number OFFSET %s LIMIT 1",
        (stage.chance.randrange(counted["n"]),),
    )
