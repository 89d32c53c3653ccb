"""Incidents: opened by rules that last, one for each cause, worse when they grow, over when they are quiet."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.operations import incident_lists, incident_watching, incidents
from domain.operations.incident_figures import Calls, Figures
from domain.operations.incident_lists import Shown
from domain.operations.incident_rules import Severity
from domain.operations.refusals import IncidentRefused
from domain.operations.states import IncidentState
from domain.outreach import gates
from tests.clocks import StandingClock

WELL = Figures()
STRIPE_DOWN = Figures(calls={"stripe": Calls(0, 9), "checkout": Calls(0, 4)})
STRIPE_ILL = Figures(calls={"stripe": Calls(4, 6)})


async def _minutes(core: Core, clock: StandingClock, figures: Figures, minutes: int) -> None:
    """Judge once a minute, as the clock does."""
    for _ in range(minutes):
        await incident_watching.judge(core, figures)
        clock.advance(minutes=1)


async def _only(core: Core) -> Shown:
    (found,) = await incident_lists.listed(core)
    return found


async def test_a_figure_has_to_last_before_it_is_an_incident(core: Core, clock: StandingClock) -> None:
    await _minutes(core, clock, STRIPE_ILL, 5)
    before = await incident_lists.listed(core)

    await _minutes(core, clock, STRIPE_ILL, 1)

    shown = await _only(core)
    assert before == ()
    assert (shown.cause, shown.severity, shown.state) == ("payments", Severity.P2, IncidentState.OPEN)
    assert "60 %" in shown.signals[0].told()


async def test_it_gets_worse_when_it_grows_and_holds_what_asks_to_pay(core: Core, clock: StandingClock) -> None:
    await _minutes(core, clock, STRIPE_ILL, 6)
    await _minutes(core, clock, STRIPE_DOWN, 3)

    shown = await _only(core)
    kinds = [each.event.kind for each in await incident_lists.history(core, incident_id=shown.id)]
    (gate,) = await gates.closed(core)
    assert shown.severity is Severity.P1
    assert kinds == ["incident.opened", "incident.worsened"]
    assert (gate.name, gate.holds) == ("incident", "mail that asks to pay")


async def test_it_ends_by_itself_after_a_quiet_time_and_lets_mail_go(core: Core, clock: StandingClock) -> None:
    await _minutes(core, clock, STRIPE_DOWN, 6)

    await _minutes(core, clock, WELL, 10)
    still = await _only(core)
    await _minutes(core, clock, WELL, 10)

    shown = await _only(core)
    assert not still.over
    assert (shown.over, shown.over_by) == (True, "Plixo")
    assert await gates.closed(core) == ()


async def test_what_flaps_is_one_incident_that_is_reopened(core: Core, clock: StandingClock) -> None:
    for _ in range(4):
        await _minutes(core, clock, STRIPE_DOWN, 6)
        await _minutes(core, clock, WELL, 20)

    shown = await _only(core)
    assert (shown.number, shown.reopened) == (1, 3)


async def test_the_same_cause_long_after_is_a_new_incident(core: Core, clock: StandingClock) -> None:
    await _minutes(core, clock, STRIPE_DOWN, 6)
    await _minutes(core, clock, WELL, 20)
    clock.advance(hours=1)

    await _minutes(core, clock, STRIPE_DOWN, 6)

    assert [each.number for each in await incident_lists.listed(core)] == [2, 1]


async def test_several_causes_do_not_hide_each_other(core: Core, clock: StandingClock) -> None:
    both = replace(STRIPE_DOWN, job_lag=timedelta(minutes=20), chat_silent=timedelta(minutes=6))

    await _minutes(core, clock, both, 6)

    found = {each.cause: each.severity for each in await incident_lists.listed(core)}
    assert found == {"payments": Severity.P1, "jobs": Severity.P2, "chat": Severity.P3}


async def test_nobody_having_taken_it_is_said_until_somebody_does(core: Core, clock: StandingClock) -> None:
    await _minutes(core, clock, STRIPE_DOWN, 35)
    await incidents.take(core, number=1, actor=SHELL)

    await _minutes(core, clock, STRIPE_DOWN, 35)

    shown = await _only(core)
    kinds = [each.event.kind for each in await incident_lists.history(core, incident_id=shown.id)]
    assert kinds.count("incident.unowned") == 3
    assert shown.owner == "command line"


async def test_what_a_person_ended_is_heard_again_after_a_while_or_when_it_is_worse(
    core: Core, clock: StandingClock
) -> None:
    await _minutes(core, clock, STRIPE_ILL, 6)
    await incidents.end(core, number=1, reason="Stripe told us", actor=SHELL)

    await _minutes(core, clock, STRIPE_ILL, 10)
    quiet = await _only(core)
    await _minutes(core, clock, STRIPE_DOWN, 4)

    shown = await _only(core)
    assert quiet.over
    assert (shown.over, shown.severity, shown.reopened) == (False, Severity.P1, 1)


async def test_a_persons_view_of_how_bad_it_is_holds_until_it_grows(core: Core, clock: StandingClock) -> None:
    await _minutes(core, clock, STRIPE_ILL, 6)
    await incidents.rate(core, number=1, severity="P3", reason="nobody pays at night", actor=SHELL)

    await _minutes(core, clock, STRIPE_ILL, 10)
    eased = await _only(core)
    await _minutes(core, clock, STRIPE_DOWN, 4)

    shown = await _only(core)
    assert eased.severity is Severity.P3
    assert shown.severity is Severity.P1


async def test_a_second_click_opens_no_second_one(core: Core) -> None:
    await incidents.open_by_hand(core, severity="p1", title="checkout is down", actor=SHELL)

    with pytest.raises(IncidentRefused):
        await incidents.open_by_hand(core, severity="P1", title=" checkout  is down ", actor=SHELL)

    assert len(await incident_lists.listed(core)) == 1


async def test_what_a_person_opened_ends_only_by_a_person(core: Core, clock: StandingClock) -> None:
    await incidents.open_by_hand(core, severity="P1", title="checkout is down", actor=SHELL)
    await _minutes(core, clock, WELL, 60)
    before = await _only(core)

    await incidents.end(core, number=1, reason="the button works again", actor=SHELL)

    shown = await _only(core)
    assert not before.over
    assert (shown.over, shown.outcome) == (True, "the button works again")
    assert await gates.closed(core) == ()
