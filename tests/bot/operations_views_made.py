"""Views of readiness, crons and maintenance, with made-up contents."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from bot.audience import PUBLIC
from bot.blocks import Message
from bot.modals import Modal
from bot.views import crons as cron_views
from bot.views import maintenance as maintenance_views
from domain.kernel.money import Money
from domain.operations import cron_dangers
from domain.operations.cron_lists import Standing
from domain.operations.cron_pauses import Pause
from domain.operations.crons import CRONS
from domain.operations.maintenance import Board, Impact
from tests.bot.incident_views_made import incident_views, incident_windows
from tests.bot.readiness_views_made import readiness_views

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
ID = UUID("00000000-0000-4000-8000-000000000001")

SHOWN = CRONS[:8]
"""So many crons are drawn, so that a picture does not change with each new one."""


IMPACT = Impact(AT, 12, 26, (Money(31_200_00, "EUR"),), (("plan-reminders", 48), ("release-waiting", 240)), 3, 1)


def standings(name: str) -> tuple[Standing, ...]:
    """Return crons of which one is late, one paused, one never ran; *name* stands where somebody typed a word."""
    pause = Pause(ID, SHOWN[1].name, name, AT + timedelta(hours=4), name, AT - timedelta(hours=1))
    return tuple(
        Standing(
            cron=each,
            last=None if place == 2 else AT - timedelta(minutes=5),
            next=AT + timedelta(minutes=5),
            pause=pause if place == 1 else None,
            missed=60 if place in (0, 1) else 0,
            late=place == 0,
            warning=cron_dangers.WARNINGS.get(each.name, ""),
            never=cron_dangers.NEVER.get(each.name, ""),
        )
        for place, each in enumerate(SHOWN)
    )


def a_board(name: str, *, on: bool, ends: bool = True) -> Board:
    """Return how maintenance stands; *name* stands where somebody typed a word."""
    until = AT + timedelta(hours=4) if ends else None
    sums = (Money(31_200_00, "EUR"), Money(500, "JPY"))
    ended = None if on else AT + timedelta(hours=2)
    return Board(ID, name, name, AT, until, on, None if on else name, ended, 38, sums)


def operations_views(name: str, *, many: int) -> Mapping[str, Message]:
    """Return every message about operations."""
    found = standings(name)
    well = tuple(each for each in found if not each.late and each.pause is None)
    return {
        **readiness_views(name, many=many),
        **incident_views(name, many=many),
        "maintenance, preview": maintenance_views.impact(IMPACT),
        "maintenance, on": maintenance_views.board(a_board(name, on=True)),
        "maintenance, to everybody": maintenance_views.board(a_board(name, on=True, ends=False), PUBLIC),
        "maintenance, over": maintenance_views.board(a_board(name, on=False)),
        "crons": cron_views.listed(found),
        "crons-paused": cron_views.listed(found[1:]),
        "crons-well": cron_views.listed(well),
    }


def operations_windows(name: str) -> Mapping[str, Modal]:
    """Return every form about operations."""
    return {
        "cron, pause": cron_views.pause_form(CRONS[0], warning=cron_dangers.WARNINGS[CRONS[0].name]),
        "maintenance, begin": maintenance_views.on_form(IMPACT),
        **incident_windows(name),
    }
