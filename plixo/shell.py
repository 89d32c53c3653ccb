"""What all commands of the shell share: settings, running a coroutine, exit codes, JSON.

Exit codes: 0 done, 1 refused (the reason on standard error), 2 wrong use.
"""

import asyncio
import errno
import gc
import json
import re
import sys
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from dataclasses import fields, is_dataclass
from datetime import timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import typer
from pydantic import BaseModel, ValidationError
from pydantic_settings import SettingsError

from domain.kernel import patience, request_ids, sentences
from domain.kernel.clock import Clock
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.refusals import Refusal
from domain.letters import LettersBroken
from inbound_mail.encryption import CertificateUnusable
from plixo import runtime
from plixo.database import DatabaseUnreachable
from plixo.keys import KeysMalformed
from plixo.migrations import SchemaBehind
from plixo.secret_files import SecretFileUnusable
from plixo.settings import Settings
from plixo.tracing import TracingMissing
from sandbox.clock import saved
from scheduler.key_faults import KeyUnusable

R = TypeVar("R")

DAY_HOURS = 24
"""Hours of a day."""

JSON = typer.Option("--json", help="Print one JSON document instead of text.")
"""The option that every command which reads or lists takes."""


def settings() -> Settings:
    """Return the settings, or end with code 2 and name the ones that are wrong."""
    try:
        return Settings()
    except ValidationError as error:
        for each in error.errors():
            name = "PLIXO_" + "_".join(str(part) for part in each["loc"]).upper()
            typer.echo(f"{name}: {each['msg']}", err=True)
        raise typer.Exit(2) from None
    except SecretFileUnusable as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    except SettingsError as error:  # a list that is no JSON; the message of the cause would show the value
        field = re.search(r'"(\w+)"', str(error))
        typer.echo(f"PLIXO_{field[1].upper() if field else '…'}: expected JSON", err=True)
        raise typer.Exit(2) from None


def run(work: Callable[[Core], Awaitable[R]], *, waits: bool = False) -> R:
    """Open a core, do *work* on it and return its result; a refusal ends with code 1 and its own words.

    Rows that an import holds are waited for no longer than a click waits, unless the work *waits* as jobs do.
    """
    chosen = settings()

    async def opened() -> R:
        async with runtime.for_one_command(chosen, clock=demo_clock(chosen)) as core:
            with request_ids.serving(), nullcontext() if waits else patience.limited():
                return await work(core)

    return guarded(opened)


def demo_clock(chosen: Settings) -> Clock | None:
    """Return the clock of the demo whose folder the settings name, and say so on standard error; None: the machine's.

    What is in such a folder happened at the demo's time, so "today" and "tomorrow" are the demo's as well.
    """
    found = saved(chosen.data_dir / "sandbox")
    if found is None or not found.offset:
        return None
    here = found.now().astimezone(ZoneInfo(chosen.merchant_zone))
    hours = round(found.offset / timedelta(hours=1))
    days = f"{hours // DAY_HOURS} {'day' if hours // DAY_HOURS == 1 else 'days'} and " if hours >= DAY_HOURS else ""
    ahead = f"{days}{hours % DAY_HOURS} {'hour' if hours % DAY_HOURS == 1 else 'hours'}"
    typer.echo(
        f"The clock of the demo in {chosen.data_dir} is used: {here:%a %Y-%m-%d %H:%M} {chosen.merchant_zone}, "
        f"{ahead} ahead of this machine's.",
        err=True,
    )
    return found


def guarded(work: Callable[[], Awaitable[R]]) -> R:
    """Run *work*; what people can put right ends with code 1 and says how."""

    async def awaited() -> R:
        return await work()

    if not gc.isenabled():  # the shell has it rest while it loads
        gc.freeze()
        gc.enable()
    try:
        return asyncio.run(awaited())
    except (
        Refusal, SchemaBehind, DatabaseUnreachable, KeysMalformed, KeyUnusable, CertificateUnusable, LettersBroken,
        TracingMissing,
    ) as no:  # fmt: skip
        typer.echo(str(no), err=True)
        raise typer.Exit(1) from None
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        where = re.search(r"\('.*?', \d+", str(error))
        typer.echo(
            f"Another program listens already on {where.group()[1:] if where else 'a port'}. "
            "Stop it, or choose other ports (see --help and docs/configuration.md).",
            err=True,
        )
        raise typer.Exit(1) from None


def print_json(value: Any) -> None:
    """Print one JSON document on a line of its own."""
    json.dump(value, sys.stdout, ensure_ascii=False, default=str)
    sys.stdout.write("\n")


def plain(value: Any) -> Any:
    """Return a read model as what JSON knows; money becomes amount and currency, never a float."""
    if isinstance(value, Money):
        return {"amount": str(value.decimal), "currency": value.currency}
    if isinstance(value, BaseModel):
        return sentences.plain(value.model_dump(mode="json"))
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return value
