"""Readiness on stage: a test dispute over HTTP to the channel, mails held and let go, the board in Slack."""

from datetime import timedelta
from typing import Any

from domain.kernel.actor import SHELL
from domain.operations import readiness, readiness_smoke, readiness_wishes
from domain.operations.readiness_judges import Verdict
from domain.pay_links import provider_health
from tests.flows.stage import Stage, until


async def _ended(stage: Stage) -> readiness_smoke.Run:
    async def found() -> readiness_smoke.Run | None:
        run = await readiness_smoke.newest(stage.core)
        return run if run is not None and run.state != "running" else None

    return await until(found, seconds=120, missing="the test dispute never came to its end")


async def _board(stage: Stage, name: str, verdict: Verdict) -> readiness.Board:
    async def found() -> readiness.Board | None:
        board = await readiness.board(stage.core)
        return board if any(each.check.name == name and each.verdict is verdict for each in board.checks) else None

    return await until(found, seconds=60, missing=f"{name} never came to {verdict}")


async def test_a_test_dispute_goes_through_the_pages_to_the_channel_and_leaves_nothing_behind(
    on_stage: Stage,
) -> None:
    await on_stage.imports()

    await readiness_smoke.request(on_stage.core, actor=SHELL)
    run = await _ended(on_stage)

    assert (run.state, run.why, run.told) == ("arrived", "", True)
    assert run.seconds <= on_stage.core.limits.readiness.smoke / timedelta(seconds=1)
    await on_stage.in_slack("TEST dispute")
    await _board(on_stage, "disputes", Verdict.PASS)
    left = await on_stage.row(
        "SELECT (SELECT count(*) FROM dispute WHERE state = 'open') AS disputes,"
        " (SELECT count(*) FROM pay_link l JOIN invoice i ON i.id = l.invoice_id"
        "  WHERE i.state = 'test' AND l.state IN ('active', 'used')) AS links,"
        " (SELECT count(*) FROM portal_session WHERE state = 'active') AS sessions,"
        " (SELECT count(*) FROM invoice WHERE state = 'open') AS invoices,"
        " (SELECT count(*) FROM worklist) AS queued"
    )
    assert left == {"disputes": 0, "links": 0, "sessions": 0, "invoices": 1, "queued": 1}


async def test_the_demo_is_ready_but_for_what_nobody_has_set_up(on_stage: Stage) -> None:
    heard_at_once = await provider_health.heard(on_stage.core)
    await on_stage.imports()
    await readiness_wishes.recheck(on_stage.core, actor=SHELL)

    board = await _board(on_stage, "stripe", Verdict.PASS)

    assert {each.check.name: each.verdict for each in board.checks if each.verdict is Verdict.FAIL} == {}
    assert heard_at_once, "the gate would hold the first reminders that somebody looks for"


async def test_the_board_stands_in_the_channel_pinned_and_is_kept_current(on_stage: Stage) -> None:
    await readiness_wishes.recheck(on_stage.core, actor=SHELL)
    before = await on_stage.in_slack("Readiness:")

    await readiness_smoke.request(on_stage.core, actor=SHELL)
    await _ended(on_stage)

    async def changed() -> dict[str, Any] | None:
        now = await on_stage.in_slack("Readiness:")
        return now if now["ts"] == before["ts"] and now != before else None

    now = await until(changed, missing="the board was not drawn anew")
    assert now.get("pinned_to")
