"""`plixo doctor`: a support bundle without secrets or personal data."""

from pathlib import Path
from typing import Annotated

import typer

from domain.kernel.clock import SystemClock
from plixo import doctor as bundles
from plixo import shell


def doctor(
    out: Annotated[Path | None, typer.Option("--out", help="The file; one that exists is never replaced.")] = None,
    without_checks: Annotated[
        bool, typer.Option("--without-checks", help="Ask nobody outside; what `plixo check` finds is left out.")
    ] = False,
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Write a support bundle: versions, settings without their texts, counts, crons, jobs, errors and checks."""
    from plixo import checks  # loads every vendor's library, which other commands need not wait for

    settings = shell.settings()
    file = out or Path(f"plixo-doctor-{SystemClock().now():%Y%m%dT%H%M%S}.zip")
    try:
        checked = None if without_checks else shell.guarded(lambda: checks.all_of(settings))
        held = shell.guarded(lambda: bundles.bundle(settings, file, checked=checked))
    except OSError as error:
        typer.echo(f"{file} cannot be written: {error.strerror}.", err=True)
        raise typer.Exit(1) from None
    if as_json:
        shell.print_json({"file": str(file), "holds": list(held)})
        return
    typer.echo(f"{file} holds {', '.join(held)}. Look into it before you send it; it is made to hold no secret.")
