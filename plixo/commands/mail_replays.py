"""`plixo mail replay`: stored mail is read again with the rules of this version, or what that would change is shown."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Annotated, Any

import typer

from domain.deliverability import inbound, queries, replays
from domain.deliverability.inbound import Outcome
from domain.deliverability.reading import Kind
from domain.deliverability.reading_room import ReadingRoom
from domain.deliverability.replays import Change, Told
from domain.deliverability.states import InboundState
from domain.kernel.core import Core
from plixo import shell
from plixo.commands import moments, progress_bars

MOST_CHANGES = 10_000
"""Of one JSON document; the summary counts all of them, and as text each is printed as it is found."""


def replay(
    mail_id: Annotated[str, typer.Argument(help="Id of a stored mail, or its beginning.")] = "",
    quarantined: Annotated[bool, typer.Option("--quarantined", help="All that could not be read before.")] = False,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="All that came in since that day, in the merchant's time zone."),
    ] = None,
    kind: Annotated[Kind | None, typer.Option(help="With --since: only what was read as that.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would change, for one mail or with --since.")
    ] = False,
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Read stored mail again, with the rules of this version; what was done before is not done twice."""
    if [bool(mail_id), quarantined, since is not None].count(True) != 1:
        _misused("Name one mail, or say --quarantined or --since.")
    if since is None and kind is not None:
        _misused("--kind goes with --since.")
    if quarantined and dry_run:
        _misused("--dry-run is for one mail or goes with --since.")
    if since is not None:
        _compared(day=moments.day(since), kind=kind, dry_run=dry_run, as_json=as_json)
    elif dry_run:
        _compared(mail_id=mail_id, dry_run=True, as_json=as_json)
    else:
        _again(mail_id, quarantined=quarantined, as_json=as_json)


def _misused(why: str) -> None:
    typer.echo(why, err=True)
    raise typer.Exit(2)


def _again(mail_id: str, *, quarantined: bool, as_json: bool) -> None:
    """Read one mail, or those in quarantine, again."""

    async def again(core: Core) -> list[Outcome]:
        state = InboundState.QUARANTINED.value
        lines = await queries.mails(core, state=state, limit=queries.MAX_LISTED) if quarantined else []
        ids = [str(line.id) for line in lines]
        ids += [] if quarantined else [str(await queries.named(core, text=mail_id))]
        async with _room() as room:
            return [await inbound.replay(core, mail_id=each, reader=room) for each in ids]

    outcomes = shell.run(again)
    if as_json:
        shell.print_json([shell.plain(each) for each in outcomes])
        return
    for each in outcomes:
        same = "" if each.changed else " (as before)"
        typer.echo(f"{each.mail_id}  {each.what or each.state}: {each.note}{same}")
    if not outcomes:
        typer.echo("Nothing is in quarantine.")


def _compared(
    *, mail_id: str = "", day: date | None = None, kind: Kind | None = None, dry_run: bool, as_json: bool
) -> None:
    """Read again and show only what differs, then how many of which kind."""
    summary = _Summary()

    async def all_of_them(core: Core) -> None:
        async with _room() as room:
            if day is None:
                summary.add(1, await _previewed(core, mail_id, room), aloud=not as_json)
                return
            whole = await replays.size(core, day=day, kind=kind)
            with progress_bars.counted("mails", whole) as shown:
                async for done, change in replays.since(core, day=day, reader=room, kind=kind, dry_run=dry_run):
                    summary.add(done, change, aloud=not as_json)
                    shown(done)

    shell.run(all_of_them)
    if as_json:
        shell.print_json(summary.as_json(dry_run=dry_run))
        return
    for line in summary.lines(dry_run=dry_run):
        typer.echo(line)


async def _previewed(core: Core, mail_id: str, room: ReadingRoom) -> Change | None:
    return await replays.preview(core, mail_id=str(await queries.named(core, text=mail_id)), reader=room)


class _Summary:
    """What a replay found, counted; only so many changes are kept."""

    def __init__(self) -> None:
        self.read, self.kept, self.by_what = 0, list[Change](), Counter[str]()
        self.effects = Counter[str](suppressed=0, lifted=0, counted=0, back=0)

    def add(self, done: int, change: Change | None, *, aloud: bool) -> None:
        """Count one mail, and print what changed at once where that is wanted."""
        self.read = done
        if change is None:
            return
        self.by_what[change.what] += 1
        for name in self.effects:
            self.effects[name] += len(getattr(change, name))
        if aloud:
            typer.echo("\n".join(_lines(change)))
        elif len(self.kept) < MOST_CHANGES:
            self.kept.append(change)

    def as_json(self, *, dry_run: bool) -> dict[str, Any]:
        """Return it as JSON values."""
        changed = sum(self.by_what.values())
        return {
            "dry_run": dry_run, "read": self.read, "changed": changed, "by_change": dict(self.by_what),
            **self.effects, "changes": [shell.plain(each) for each in self.kept],
            "left_out": changed - len(self.kept),
        }  # fmt: skip

    def lines(self, *, dry_run: bool) -> list[str]:
        """Return it as lines."""
        would = "would be " if dry_run else ""
        changed = sum(self.by_what.values())
        told = [f"{self.read} read, {changed} {would}different, {self.read - changed} as before"]
        told += [f"{count:6}  {what}" for what, count in self.by_what.most_common()]
        told += [f"{count:6}  {would}{name}" for name, count in self.effects.items() if count]
        return told


def _lines(change: Change) -> list[str]:
    lines = [f"{change.mail_id}  {change.received_at:%Y-%m-%d %H:%M}  {change.what}"]
    lines += [f"    before: {_said(change.before)}", f"    now:    {_said(change.after)}"]
    lines += [f"    suppressed: {', '.join(change.suppressed)}"] if change.suppressed else []
    lines += [f"    lifted: {', '.join(change.lifted)}"] if change.lifted else []
    lines += [f"    a bounce day of: {', '.join(change.counted)}"] if change.counted else []
    lines += [f"    not away after all: {', '.join(change.back)}"] if change.back else []
    return lines


def _said(told: Told) -> str:
    dead = {True: "dead", False: "alive", None: ""}[told.hard]
    words = (
        told.kind,
        told.rule,
        told.reason,
        dead,
        " ".join(told.recipients),
        " ".join(told.wishes),
        told.note and f"({told.note})",
    )
    return "  ".join(each for each in words if each)


@asynccontextmanager
async def _room() -> AsyncIterator[ReadingRoom]:
    room = ReadingRoom()
    try:
        yield room
    finally:
        room.close()
