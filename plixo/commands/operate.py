"""`plixo run`, `plixo demo`, `plixo migrate` and `plixo check`: start it, and find out why it does not start."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from plixo import database, logs, shell
from plixo.part import Part


def run_parts(
    part: Annotated[list[Part] | None, typer.Argument(help="Which parts; all of them when none is named.")] = None,
) -> None:
    """Run the product, or some parts of it, until stopped."""
    from plixo import run  # loads every vendor's library, which other commands need not wait for

    settings = shell.settings()
    logs.configure(settings)
    shell.guarded(lambda: run.until_stopped(settings, part or list(Part)))


def run_demo(
    folder: Annotated[Path, typer.Option("--folder", help="Where the demo keeps everything.")] = Path("var/demo"),
    port: Annotated[int, typer.Option(help="Port of the sandbox page.")] = 8090,
    portal_port: Annotated[int, typer.Option(help="Port of portal and webhooks.")] = 8080,
    smtp_port: Annotated[int, typer.Option(help="Port of inbound mail.")] = 8025,
    database_url: Annotated[
        str | None, typer.Option(envvar="PLIXO_DEMO_DATABASE_URL", help="Another database than the embedded one.")
    ] = None,
    empty: Annotated[bool, typer.Option("--empty", help="Start with an empty ledger.")] = False,
) -> None:
    """Run everything on this machine against stand-ins for Slack, Stripe and mail boxes, with a sample ledger."""
    from plixo import demo  # loads the sandbox, which a deployment never needs

    places = demo.DemoPlaces(folder, port, portal_port, smtp_port, database_url)
    shell.guarded(lambda: demo.until_stopped(places, sample=not empty))


def run_cluster(
    folder: Annotated[Path, typer.Option("--folder", help="Where the cluster keeps everything.")] = Path("var/cluster"),
    port: Annotated[int, typer.Option(help="Port of the sandbox page.")] = 8090,
    portal_port: Annotated[int, typer.Option(help="Port of the balancer before portals and bots.")] = 8080,
    smtp_port: Annotated[int, typer.Option(help="Port of the balancer before the mail servers.")] = 8025,
    empty: Annotated[bool, typer.Option("--empty", help="Start with an empty ledger.")] = False,
) -> None:
    """Run every part several times, as on many machines, against the stand-ins; SIGHUP replaces them one by one."""
    from plixo import cluster, demo  # load the sandbox, which a deployment never needs

    places = demo.DemoPlaces(folder, port, portal_port, smtp_port)
    shell.guarded(lambda: cluster.until_stopped(places, sample=not empty))


def migrate() -> None:
    """Bring the database's tables to what this version needs."""
    settings = shell.settings()

    async def migrated() -> None:
        _, applied = await database.migrated(settings)
        typer.echo("\n".join(f"applied {name}" for name in applied) or "Nothing to do: the tables are current.")

    shell.guarded(migrated)


def check(
    what: Annotated[str, typer.Argument(help="Only those whose names begin so, such as `slack`.")] = "",
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Try every connection to the world outside, and say what to fix. Exit code 1 when one does not work."""
    from plixo import checks  # loads every vendor's library, which other commands need not wait for

    settings = shell.settings()
    results = asyncio.run(checks.all_of(settings, of=what))
    if not results:
        typer.echo(f"No check's name begins with {what!r}. `plixo check` runs all of them.", err=True)
        raise typer.Exit(2)
    if as_json:
        shell.print_json(
            [{"name": each.name, "state": each.state, "what": each.what, "remedy": each.remedy} for each in results]
        )
    else:
        for each in results:
            typer.echo(
                f"{each.state:4}  {each.name}: {each.what}" + (f"\n      → {each.remedy}" if each.remedy else "")
            )
    if any(each.state == "fail" for each in results):
        raise typer.Exit(1)
