"""The command line: `plixo COMMAND`; each noun's commands are in a file of that name in ``plixo/commands/``."""

import typer

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False,
                  help="Plixo collects a company's open invoices without losing its customers.")


def main() -> None:
    """Run the command line."""
    app()
