"""`plixo role …`, `access …`, `settings …`: the first Controller is made here; the rest can also be done in Slack."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import typer

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.people import access, access_lists, address_codes, humans, people, preferences, roles
from domain.people.events import AddressCodeAsked, AddressConfirmed, SettingChanged
from domain.people.grants import Term
from domain.people.preferences import Preferences
from domain.people.setting_words import Setting
from plixo import shell
from plixo.commands.moments import listed, told

role_app = typer.Typer(no_args_is_help=True, help="Give and take roles, by Slack user id.")
person_app = typer.Typer(no_args_is_help=True, help="Which accounts are one person's, who is no second person to them.")
access_app = typer.Typer(no_args_is_help=True, help="Requests for access: who asks, and what becomes of it.")

AccessId = Annotated[UUID, typer.Argument(metavar="ACCESS", help="The request's id, as `plixo access list` shows it.")]

SlackId = Annotated[str, typer.Argument(help="Slack user id, such as U02ANNA.")]
RoleName = Annotated[str, typer.Argument(help="One of the nine roles, such as Controller.")]


@role_app.command()
def grant(
    slack_id: SlackId,
    role: RoleName,
    name: Annotated[str, typer.Option(help="The person's name, as operators see it.")],
    reason: Annotated[str, typer.Option(help="Why; kept in the audit trail.")],
    until: Annotated[datetime | None, typer.Option(help="When it ends by itself (UTC).")] = None,
) -> None:
    """Give a person a role."""
    end = until.replace(tzinfo=until.tzinfo or UTC) if until else None
    event = shell.run(
        lambda core: people.grant(
            core, slack_id=slack_id, name=name, role=people.role(role), reason=reason, until=end, actor=SHELL
        )
    )
    typer.echo(event.told())


@role_app.command()
def revoke(
    slack_id: SlackId, role: RoleName, reason: Annotated[str, typer.Option(help="Why; kept in the audit trail.")]
) -> None:
    """Take a role from a person; it stops at the next click."""
    event = shell.run(
        lambda core: people.revoke(core, slack_id=slack_id, role=people.role(role), reason=reason, actor=SHELL)
    )
    typer.echo(event.told())


@role_app.command("table")
def show_table(as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show what each role may do."""
    table = {role.value: sorted(permission.value for permission in allowed) for role, allowed in roles.MAY.items()}
    if as_json:
        shell.print_json(table)
        return
    for role, allowed in table.items():
        typer.echo(f"{role:14} {', '.join(allowed)}")


@role_app.command("list")
def list_holders(
    role: Annotated[str, typer.Argument(help="Only who holds this role.")] = "",
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Show who holds which role, since when, and why."""
    found = shell.run(lambda core: people.listed(core, actor=SHELL, role=people.role(role) if role else None))
    lines = (
        f"{each.slack_id:12} {each.name:24} {each.role:14}"
        f"{f' until {each.until:%Y-%m-%d %H:%M} UTC' if each.until else ''}  {each.granted_by}: {each.reason}"
        for each in found
    )
    listed(found, lines, as_json=as_json, empty="nobody")


@person_app.command()
def same(
    account: Annotated[str, typer.Argument(help="Slack user id, or name.")],
    other: Annotated[str, typer.Argument(help="Another account of the same person.")],
    reason: Annotated[str, typer.Option(help="How one knows; kept in the audit trail.")],
) -> None:
    """Say that two accounts are one person's: neither approves what the other made."""
    event = shell.run(lambda core: humans.join(core, account=account, other=other, reason=reason, actor=SHELL))
    typer.echo(event.told())


@person_app.command()
def apart(
    account: Annotated[str, typer.Argument(help="Slack user id, or name.")],
    reason: Annotated[str, typer.Option(help="How one knows; kept in the audit trail.")],
) -> None:
    """Say that an account is nobody else's, whatever address Slack has of it."""
    event = shell.run(lambda core: humans.part(core, account=account, reason=reason, actor=SHELL))
    typer.echo(event.told())


@person_app.command("list")
def list_humans(as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show who has several accounts."""
    found = shell.run(lambda core: humans.listed(core, actor=SHELL))
    lines = (" = ".join(f"{name} ({account})" for name, account in each.accounts) for each in found)
    listed(found, lines, as_json=as_json, empty="nobody has several accounts")


@access_app.command("list")
def list_access(as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show the requests for access that wait, the oldest first."""
    found = shell.run(lambda core: access_lists.waiting(core, actor=SHELL))
    lines = (f"{each.access_id}  {each.slack_id}  {each.name}: {each.wish}  {each.reason}" for each in found)
    listed(found, lines, as_json=as_json, empty="nobody waits for access")


@access_app.command()
def approve(
    access_id: AccessId,
    role: Annotated[str, typer.Option(help="Another role than the one asked for.")] = "",
    hours: Annotated[int | None, typer.Option(min=1, help="For so many hours, whatever was asked for.")] = None,
) -> None:
    """Give the role that was asked for."""
    given = Term(minutes=hours * 60) if hours is not None else None
    told(
        lambda core: access.approve(
            core, access_id=access_id, actor=SHELL, role=people.role(role) if role else None, term=given
        )
    )


@access_app.command()
def deny(access_id: AccessId, reason: Annotated[str, typer.Option(help="Why not; whoever asked reads it.")]) -> None:
    """Decline a request."""
    told(lambda core: access.deny(core, access_id=access_id, reason=reason, actor=SHELL))


def settings(
    name: Annotated[str, typer.Argument(help="The person, by name or Slack user id.")],
    setting: Annotated[
        Setting | None, typer.Argument(help="Which one is set; without it all are shown.", show_choices=True)
    ] = None,
    value: Annotated[str, typer.Argument(help="What it is to be; `default` takes a choice back.")] = "",
    code: Annotated[str, typer.Option(help="The code that was mailed to the digest address.")] = "",
    new_code: Annotated[bool, typer.Option("--new-code", help="Mail another code to the digest address.")] = False,
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Show what a person has chosen, or set it for them."""
    if code or new_code:
        told(lambda core: _code(core, name, code))
        return
    if setting is not None:
        chosen = setting
        told(lambda core: _set(core, name, chosen, value))
        if chosen is Setting.ADDRESS:
            typer.echo("A new address is mailed a code, and nothing else until that is typed in (--code).")
        return

    async def of(core: Core) -> Preferences:
        return await preferences.of(core, (await people.named(core, text=name)).id)

    mine = shell.run(of)
    shown = {
        "name": mine.name,
        Setting.LANGUAGE.value: mine.language,
        Setting.ZONE.value: mine.zone.key,
        Setting.DIGEST_AT.value: f"{mine.digest_at:%H:%M}",
        Setting.DIGEST.value: mine.digest.value,
        Setting.ADDRESS.value: mine.address or "none",
        "confirmed": "yes" if mine.confirmed else "no",
        Setting.NOISE.value: mine.noise.value,
    }
    listed(shown, (f"{each:16} {is_}" for each, is_ in shown.items()), as_json=as_json, empty="")


async def _set(core: Core, name: str, setting: Setting, value: str) -> SettingChanged:
    person = await people.named(core, text=name)
    return await preferences.set(core, person_id=person.id, setting=setting, value=value, actor=SHELL)


async def _code(core: Core, name: str, code: str) -> AddressConfirmed | AddressCodeAsked:
    person = await people.named(core, text=name)
    if code:
        return await address_codes.confirm(core, person_id=person.id, typed=code, actor=SHELL)
    return await address_codes.ask_anew(core, person_id=person.id, actor=SHELL)
