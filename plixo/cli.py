"""The command line: `plixo COMMAND`; each noun's commands are in a file of ``plixo/commands/``."""

import typer

from plixo.commands import imports, invoices, mail, operate, people, policy

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="Plixo collects a company's open invoices without losing its customers.",
)

app.command("demo")(operate.run_demo)
app.command("run")(operate.run_parts)
app.command("migrate")(operate.migrate)
app.command("check")(operate.check)
app.add_typer(imports.import_app, name="import")
app.command("queue")(invoices.show_queue)
app.command("invoice")(invoices.show_invoice)
app.command("why")(invoices.explain)
app.command("link")(invoices.regenerate_link)
app.command("remind")(invoices.remind)
app.command("unsuppress")(invoices.unsuppress)
app.add_typer(mail.mail_app, name="mail")
app.add_typer(people.role_app, name="role")
app.add_typer(policy.policy_app, name="policy")


def main() -> None:
    """Run the command line."""
    app()
