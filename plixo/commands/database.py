"""`plixo database`: the role with least rights, as which the product runs."""

from typing import Annotated

import typer

from plixo import database_role, shell

database_app = typer.Typer(no_args_is_help=True, help="The rights of the product in its database.")


@database_app.callback()
def _group() -> None:
    """Keep the group a group while it has one command."""


@database_app.command("grant")
def grant(
    role: Annotated[str, typer.Argument(help="The role; made beforehand with CREATE ROLE … LOGIN PASSWORD ….")],
) -> None:
    """Give a role what the product needs and no more. Run it as the tables' owner, again after each `plixo migrate`."""
    settings = shell.settings()
    tables = shell.guarded(lambda: database_role.grant(settings, role=role))
    typer.echo(
        f"{role} may now run Plixo: {tables} tables. It cannot change or remove a line of the timeline, empty a table "
        "or change the schema. Set PLIXO_DATABASE_URL to it, and go on to run `plixo migrate` as the owner."
    )
