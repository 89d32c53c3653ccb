"""App Homes with made-up contents, for golden pictures and for tests with hostile texts."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.surfaces import Home
from bot.views import home
from domain.casework.queue import Queue, QueueLine
from domain.casework.taking import Progress
from domain.commitments.adherence import Adherence, Share
from domain.commitments.dispute_deadlines import Sla
from domain.commitments.dispute_queries import DisputeCounts
from domain.commitments.radar import Blip, Radar, RadarLine
from domain.kernel.actor import Permission
from domain.kernel.money import Money
from domain.ledger.sums import Totals
from domain.operations.desks import Cash, Desk, Pile, Shared, Waits
from domain.outreach.gates import GateShown
from domain.people.preferences import Preferences
from domain.people.setting_words import Digest, Noise
from tests.bot.incident_views_made import an_incident
from tests.bot.readiness_views_made import a_board
from tests.bot.work_views_made import a_dispute

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
ID = UUID("1a2b3c4d-0000-4000-8000-00001a2b3c4d")
EURO = Money(12500, "EUR")
DAY = date(2026, 3, 10)


def every_home(name: str = "Acme Ltd", *, many: int = 5) -> dict[str, Home]:
    """Return every Home by its name; *name* stands wherever a stranger's text can."""
    return {
        "controller": home.desk(a_desk(name, many=many)),
        "idle": home.desk(an_idle_desk(name)),
        "looking": home.desk(a_desk(name, may=frozenset({Permission.VIEW}), many=many)),
        "stranger": home.stranger(name, controllers=(name,) * 12, asked=""),
        "stranger who asked": home.stranger(name, controllers=(), asked=name, access_id=ID),
    }


def a_desk(name: str, *, may: frozenset[Permission] = frozenset(Permission), many: int = 5) -> Desk:
    """Return a full desk of somebody with these rights."""
    works = Permission.WORK_QUEUE in may
    line = QueueLine(ID, name, name, EURO, 12, 40, (name,), name, claimed_by=name)
    blip = RadarLine(Blip.PROMISE_BROKEN, ID, name, ID, name, DAY, EURO, Decimal(125), name)
    gates = (GateShown(ID, "maintenance", None, "all mail", name, AT, name, AT),) * many
    return Desk(
        name=name,
        roles=("Controller",),
        may=may,
        shared=Shared(
            gates=(*gates, GateShown(ID, name, name, "autopilot", name, None, name, AT)),
            radar=Radar(DAY, (blip,) * many, 7),
            disputes=DisputeCounts({Sla.OPEN: 4, Sla.AT_RISK: 2, Sla.LATE: 1}, (EURO, Money(500, "JPY"))),
            readiness=a_board(name, well=False),
            kept=Adherence(
                Share(8, Decimal(900)), Share(1, Decimal(50)), Share(1, Decimal(50)), received=Decimal(920), unrated=0
            ),
            behind=timedelta(minutes=42),
            incidents=(an_incident(name), an_incident(name, cause="person", title=name, owner=name)),
        ),
        settings=_settings(name),
        queue=Queue(84, (line,) * many, more=True) if works else None,
        own=True,
        progress=Progress(3, 81) if works else None,
        piles={each: Waits(place + 1, AT, 3) for place, each in enumerate(Pile)} if works else {},
        mine=(a_dispute(name, name),) * 3,
        cash=Cash(7, 4, (EURO,), 2, Totals((EURO, Money(500, "JPY")))) if works else None,
    )


def an_idle_desk(name: str) -> Desk:
    """Return the desk of somebody who has nothing to do."""
    nothing = Shared((), Radar(DAY, (), 0), DisputeCounts({}, ()))
    return Desk(
        name=name, roles=("A/R Operator",), may=frozenset({Permission.VIEW, Permission.WORK_QUEUE}), shared=nothing,
        settings=_settings(name), queue=Queue(0, ()), own=False, progress=Progress(5, 0), piles={}, mine=(),
        cash=Cash(0, 0, (), 0, Totals()),
    )  # fmt: skip


def _settings(name: str) -> Preferences:
    return Preferences(
        person_id=ID, slack_id="U0ANNA", name=name, language="en", zone=ZoneInfo("Europe/Berlin"), digest_at=time(8),
        digest=Digest.BOTH, address=None, confirmed=False, noise=Noise.ALL, chosen=frozenset(), locale="en_GB",
    )  # fmt: skip
