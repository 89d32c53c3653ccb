"""Digest charts: the picture of ageing that goes with a digest, described for whoever cannot see it."""

import asyncio
import io
from dataclasses import dataclass, field

from domain.operations.digest_contents import Digest


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture and what it shows."""

    name: str
    body: bytes = field(repr=False)
    described: str


async def ageing(told: Digest, *, narrow: bool = False) -> Chart | None:
    """Draw the ageing of a digest for the reader who is spoken to; None where nothing is open.

    Args:
        told: The digest.
        narrow: So that it can be read on a telephone.
    """
    from domain.operations.charts import ageing_chart  # loading matplotlib takes a second that others need not wait

    if not ageing_chart.panels(told.ageing):
        return None
    target = io.BytesIO()
    described = await asyncio.to_thread(ageing_chart.draw, told.ageing, target, narrow=narrow)
    return Chart(f"ageing-{told.ageing.now.as_of}.png", target.getvalue(), described)
