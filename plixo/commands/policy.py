"""`plixo policy …`: the policy as a file, its versions, and what a version would do."""

from pathlib import Path
from typing import Annotated, Any

import typer

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.policies import differences, health, policies, policy_file, previews, queries
from domain.policies.document import Document, as_json
from domain.policies.policies import Running
from domain.policies.queries import PolicyVersion
from domain.policies.refusals import NothingChanges, PolicyFileMalformed
from domain.policies.values import Mode
from domain.policies.yaml_tree import MAX_CHARACTERS
from plixo import shell
from plixo.commands import policy_words

policy_app = typer.Typer(no_args_is_help=True, help="Segments and cadences: keep them as a file, compare, publish.")

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The policy file (YAML).")]
Version = Annotated[int, typer.Argument(min=1, help="Number of the version.")]
WhichVersion = Annotated[
    int | None, typer.Option("--version", min=1, help="Number of the version. Default: the one in force.")
]


def read_file(file: Path) -> Document:
    """Return the policy in a file; what is wrong with it ends with code 1 and its lines."""
    with file.open("rb") as opened:
        raw = opened.read(4 * MAX_CHARACTERS + 1)

    async def read() -> Document:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            raise PolicyFileMalformed.at(file.name, line, "not UTF-8; save the file as UTF-8") from None
        return policy_file.read(text, name=file.name)

    return shell.guarded(read)


async def _version(core: Core, number: int | None) -> PolicyVersion:
    return await queries.in_force(core) if number is None else await queries.version(core, number)


@policy_app.command("export")
def export(
    version: WhichVersion = None,
    out: Annotated[Path | None, typer.Option(dir_okay=False, help="Where to write it. Default: print it.")] = None,
) -> None:
    """Write a version of the policy as a file that `plixo policy apply` takes."""
    shown = shell.run(lambda core: _version(core, version))
    text = policy_file.write(
        shown.document, heading=f"Plixo's policy, version {shown.version} ({shown.state}), made by {shown.made_by}"
    )
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")
        typer.echo(f"Version {shown.version} written to {out}")


@policy_app.command("diff")
def diff(
    file: Annotated[Path | None, typer.Argument(exists=True, dir_okay=False, help="The policy file (YAML).")] = None,
    version: WhichVersion = None,
    to: Annotated[int | None, typer.Option("--to", min=1, help="Compare with that version instead of a file.")] = None,
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Show what a file (or another version) changes against the policy in force (or a version)."""
    if (file is None) == (to is None):
        raise typer.BadParameter("Give a file, or a version with --to.")
    other = read_file(file) if file is not None else None

    async def compared(core: Core) -> tuple[int, tuple[differences.Change, ...], tuple[str, ...]]:
        base = await _version(core, version)
        after = other if other is not None else (await _version(core, to)).document
        changes = differences.between(base.document, after)
        return base.version, changes, await previews.warnings(core, document=after) if changes else ()

    base, changes, warnings = shell.run(compared)
    if as_json:
        shell.print_json({"base": base, "changes": [_change(each) for each in changes], "warnings": list(warnings)})
        return
    for each in changes:
        typer.echo(str(each))
    for warning in warnings:
        typer.echo(f"Look at this: {warning}")
    if not changes:
        typer.echo(f"Nothing changes against version {base}.")


@policy_app.command("apply")
def apply(
    file: File,
    note: Annotated[str, typer.Option(help="Why; kept with the version.")] = "",
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Propose the policy in a file; a second person publishes it."""
    document = read_file(file)

    async def proposed(core: Core) -> tuple[Any, tuple[str, ...]]:
        try:
            event = await policies.propose(core, document=document, notes=note, actor=SHELL)
        except NothingChanges as same:
            return same, ()
        return event, await previews.warnings(core, document=document)

    answer, warnings = shell.run(proposed)
    if isinstance(answer, NothingChanges):
        if as_json:
            shell.print_json({"proposed": None, "in_force": answer.version, "changes": []})
        else:
            typer.echo(str(answer))
        return
    if as_json:
        shell.print_json({"proposed": answer.version, "in_force": answer.base, "changes": list(answer.changes),
                          "more": answer.more, "warnings": list(warnings)})  # fmt: skip
        return
    typer.echo(answer.told())
    for warning in warnings:
        typer.echo(f"Look at this: {warning}")
    typer.echo(f"It changes nothing before somebody publishes it (`plixo policy publish {answer.version}`, or Slack).")


@policy_app.command("preview")
def preview(
    file: Annotated[Path | None, typer.Argument(exists=True, dir_okay=False, help="The policy file (YAML).")] = None,
    version: WhichVersion = None,
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Show whom each segment would take today, what would be due, and the calendar of a sample invoice."""
    other = read_file(file) if file is not None else None

    async def previewed(core: Core) -> previews.Preview:
        document = other if other is not None else (await _version(core, version)).document
        return await previews.of(core, document=document)

    shown = shell.run(previewed)
    if as_json:
        shell.print_json(shell.plain(shown))
        return
    for line in policy_words.preview(shown):
        typer.echo(line)


@policy_app.command("publish")
def publish(
    version: Version,
    running: Annotated[
        Running, typer.Option(help="Invoices on their way: finish in the old cadence, or move to the new one.")
    ],
) -> None:
    """Bring a proposed version into force; somebody else than its maker has to do it."""
    typer.echo(shell.run(lambda core: policies.publish(core, version=version, running=running, actor=SHELL)).told())


@policy_app.command("reject")
def reject(version: Version, reason: Annotated[str, typer.Option(help="Why; kept in the audit trail.")]) -> None:
    """Turn a proposed version down, or take one's own back."""
    typer.echo(shell.run(lambda core: policies.reject(core, version=version, reason=reason, actor=SHELL)).told())


@policy_app.command("mode")
def set_mode(
    segment: Annotated[str, typer.Argument(help="Name of the segment.")],
    mode: Annotated[Mode, typer.Argument(help="shadow: a person approves each draft; autopilot: they leave.")],
    note: Annotated[str, typer.Option(help="Why; kept with the version.")] = "",
) -> None:
    """Propose another mode for one segment; a second person publishes it."""
    typer.echo(
        shell.run(lambda core: policies.set_mode(core, segment=segment, mode=mode, notes=note, actor=SHELL)).told()
    )


@policy_app.command("list")
def list_versions(
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many.")] = 20,
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """List the versions of the policy, newest first."""
    found = shell.run(lambda core: queries.versions(core, limit=limit))
    if as_json:
        shell.print_json([{**_plain(each), "document": None} for each in found])
        return
    for each in found:
        typer.echo(policy_words.version(each))


@policy_app.command("show")
def show(version: WhichVersion = None, as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show a version of the policy, and how its segments fare when it is in force."""

    async def shown(core: Core) -> tuple[PolicyVersion, tuple[health.SegmentHealth, ...], tuple[tuple[str, ...], ...]]:
        found = await _version(core, version)
        fares = await health.of_segments(core) if found.state == "published" else ()
        return found, fares, tuple(health.blocking(each, core.limits) for each in fares)

    found, fares, blocked = shell.run(shown)
    if as_json:
        shell.print_json({**_plain(found), "health": [
            {**shell.plain(each), "blocking": list(why)} for each, why in zip(fares, blocked, strict=True)
        ]})  # fmt: skip
        return
    typer.echo(policy_words.version(found))
    typer.echo(policy_file.write(found.document), nl=False)
    for each, why in zip(fares, blocked, strict=True):
        for line in policy_words.health(each, why):
            typer.echo(line)


def _plain(version: PolicyVersion) -> dict[str, Any]:
    return {**shell.plain(version), "document": as_json(version.document)}


def _change(change: differences.Change) -> dict[str, Any]:
    return {**shell.plain(change), "told": str(change)}
