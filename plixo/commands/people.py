"""`plixo role …`: the first Controller is made here; everything else can also be done in Slack."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from domain.kernel.actor import SHELL
from domain.people import people, roles
from plixo import shell

role_app = typer.Typer(no_args_is_help=True, help="Give and take roles, by Slack user id.")

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


@role_app.command("list")
def list_roles(as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show what each role may do."""
    table = {role.value: sorted(permission.value for permission in allowed) for role, allowed in roles.MAY.items()}
    if as_json:
        shell.print_json(table)
        return
    for role, allowed in table.items():
        typer.echo(f"{role:14} {', '.join(allowed)}")
