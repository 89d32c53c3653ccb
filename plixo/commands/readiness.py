"""`plixo readiness`: the board of checks, overriding one for a while, a test dispute, and whom nobody can write to."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.operations import (
    readiness,
    readiness_accounts,
    readiness_judging,
    readiness_overrides,
    readiness_smoke,
)
from domain.operations.readiness import Board, Held
from domain.operations.readiness_events import OverrideBegun, OverrideDeclined
from domain.operations.readiness_smoke import Run
from plixo import shell
from plixo.commands.moments import harmless, moment, sums, told

readiness_app = typer.Typer(
    invoke_without_command=True, help="What Autopilot waits for: every check, what it means, and what to do."
)

CheckName = Annotated[str, typer.Argument(help="The check's name, such as `contacts`.")]

PATIENCE_SECONDS = 20.0
"""Beyond the time in which a test dispute has to arrive: a worker may be busy when it is asked."""


@readiness_app.callback()
def show(
    context: typer.Context,
    as_json: Annotated[bool, shell.JSON] = False,
    check: Annotated[bool, typer.Option("--check", help="Judge every check anew before.")] = False,
) -> None:
    """Show every check; code 1 when one of them holds Autopilot."""
    if context.invoked_subcommand is not None:
        return
    board = shell.run(_judged if check else readiness.board)
    if as_json:
        shell.print_json(_json(board))
    else:
        for line in _lines(board):
            typer.echo(harmless(line))
    if board.holding:
        raise typer.Exit(1)


@readiness_app.command("override")
def override(
    name: CheckName,
    reason: Annotated[str, typer.Option(help="Why; whoever agrees reads it.")],
    until: Annotated[
        datetime,
        typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="Until when, in the merchant's time zone."),
    ],
) -> None:
    """Propose that a failing check hold nothing back for a while; a second person agrees."""
    told(
        lambda core: readiness_overrides.propose(core, name=name, reason=reason, until=moment(core, until), actor=SHELL)
    )


@readiness_app.command("approve")
def approve(name: CheckName) -> None:
    """Agree to an override that somebody proposed in Slack."""

    async def work(core: Core) -> OverrideBegun:
        override_id = await readiness_overrides.proposed(core, name=name)
        return await readiness_overrides.approve(core, override_id=override_id, actor=SHELL)

    told(work)


@readiness_app.command("decline")
def decline(name: CheckName) -> None:
    """Decline an override, or take one back."""

    async def work(core: Core) -> OverrideDeclined:
        override_id = await readiness_overrides.proposed(core, name=name)
        return await readiness_overrides.decline(core, override_id=override_id, actor=SHELL)

    told(work)


@readiness_app.command("end")
def end(name: CheckName) -> None:
    """Let an overridden check count again."""
    told(lambda core: readiness_overrides.end(core, name=name, actor=SHELL))


@readiness_app.command("smoke")
def smoke(as_json: Annotated[bool, shell.JSON] = False) -> None:
    """File a test dispute through the payers' pages, wait for its end and say how it fared; code 1 when it failed."""
    run = shell.run(_smoke)
    if as_json:
        shell.print_json(shell.plain(run))
    else:
        typer.echo(_fared(run))
    if run.state != "arrived":
        raise typer.Exit(1)


@readiness_app.command("contacts")
def contacts(
    csv: Annotated[Path | None, typer.Option(help="Write all of them to this file.")] = None,
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """List the customers without a contact that may be mailed, the largest exposure first."""
    if csv is not None:
        target = csv

        async def write(core: Core) -> int:
            with target.open("wb") as sink:
                return await readiness_accounts.write_csv(core, sink, actor=SHELL)

        typer.echo(f"{shell.run(write):,} lines written to {target}")
        return
    found, total = shell.run(lambda core: readiness_accounts.lacking(core, actor=SHELL, limit=200))
    if as_json:
        shell.print_json({"total": total, "customers": shell.plain(found)})
        return
    for each in found:
        what = "every contact is suppressed" if each.suppressed else "no contact"
        typer.echo(harmless(f"{each.owed}  {each.name}  {each.number}  {each.invoices} invoices: {what}"))
    if total > len(found):
        typer.echo(f"… +{total - len(found):,} more; --csv FILE writes all of them")
    if not found:
        typer.echo("every customer with open invoices has a contact that may be mailed")


async def _judged(core: Core) -> Board:
    from plixo.surroundings import World  # loads vendors' libraries, which other commands need not wait for
    from portal.stripe_gateway import StripeGateway  # as above

    settings = shell.settings()
    gateway = None
    if settings.stripe_api_key is not None:
        gateway = StripeGateway(api_key=settings.stripe_api_key.get_secret_value(), api_base=settings.stripe_api_url)
    try:
        await readiness_judging.judge(core, surroundings=World(settings, gateway), at_once=True)
    finally:
        if gateway is not None:
            await gateway.close()
    return await readiness.board(core)


async def _smoke(core: Core) -> Run:
    """Wait for the run; it is worked by a worker, as in everyday life."""
    smoke_id: UUID = await readiness_smoke.request(core, actor=SHELL)
    loop = asyncio.get_running_loop()
    end = loop.time() + core.limits.readiness.smoke.total_seconds() + PATIENCE_SECONDS
    while True:
        run = await readiness_smoke.newest(core, smoke_id=smoke_id)
        assert run is not None, "it was asked for above"
        if run.state != "running" or loop.time() > end:
            return run
        await asyncio.sleep(0.5)


def _fared(run: Run) -> str:
    if run.state == "arrived":
        where = "queue and channel" if run.told else "the queue; no channel is set"
        return f"arrived in {where} after {run.seconds} s; it is closed and its link is dead"
    if run.state == "running":
        return "not worked in time: does a worker run?"
    return f"failed: {run.why}"


def _lines(board: Board) -> list[str]:
    lines = []
    for each in board.checks:
        mark = "overridden" if each.overridden else each.verdict.value
        lines.append(f"{each.check.name:9}  {mark:10}  {each.found}")
        if each.override is not None:
            state = "overridden" if each.override.active else "override proposed"
            until = f"{each.override.until:%Y-%m-%d %H:%M} UTC"
            lines.append(f"{'':23}{state} by {each.override.made_by} until {until}: {each.override.reason}")
        if each.verdict.value != "pass":
            lines.append(f"{'':23}{each.check.remedy}")
        if each.check.name == "domain":
            lines += [
                f'{"":23}{it.publish.name}  {it.publish.type}  "{it.publish.value}"'
                for it in board.domain
                if it.publish is not None and it.state != "pass"
            ]
    lines.append(f"Autopilot is {'held' if board.closed else 'not held'}: {_held(board.held)}")
    lines += [f"segment {each.segment}: {'; '.join(each.why)} ({_held(each.held)})" for each in board.segments]
    return lines


def _held(held: Held) -> str:
    return f"{held.mails:,} mails over {sums(held.sums)} wait" if held.mails else "no mail waits for it"


def _json(board: Board) -> object:
    return {
        "closed": board.closed,
        "held": shell.plain(board.held),
        "judged_at": board.judged_at,
        "domain_asked_at": board.domain_at,
        "domain": shell.plain(board.domain),
        "segments": shell.plain(board.segments),
        "smoke": shell.plain(board.smoke),
        "checks": [
            {
                "name": each.check.name,
                "verdict": each.verdict.value,
                "judged": each.judged,
                "holds": each.holds,
                "found": each.found,
                "code": each.code,
                "figures": dict(each.figures),
                "limit": each.limit,
                "means": each.check.means,
                "remedy": each.check.remedy,
                "since": each.since,
                "at": each.at,
                "override": shell.plain(each.override),
            }
            for each in board.checks
        ],
    }
