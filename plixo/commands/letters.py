"""`plixo letter …`: list the letters, look at one on a real invoice, and check a folder of the merchant's own."""

from pathlib import Path
from typing import Annotated

import typer

from domain import letters
from domain.kernel.actor import SHELL
from domain.letters import FIELDS, KINDS, LANGUAGES, TONES, parts
from domain.outreach import letter_previews
from plixo import shell

letter_app = typer.Typer(no_args_is_help=True, help="List letters, look at them, and check your own ones.")


@letter_app.command("list")
def list_letters(as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show every letter, what it is for, and the merge fields that it may show."""
    told = [
        {
            "letter": kind.name,
            "for": kind.says,
            "asks_for_money": kind.asks,
            "in_a_cadence": kind.of_cadence,
            "severity": kind.severity,
            "fields": sorted(parts.blocks(kind)["opening"]),
            "fields_of_several": sorted(parts.blocks(kind).get("opening_many", ())),
            "languages": list(LANGUAGES),
            "tones": list(TONES),
        }
        for kind in KINDS.values()
    ]
    if as_json:
        shell.print_json(told)
        return
    for each in told:
        typer.echo(f"{each['letter']:18} {each['for']}{' (step of a cadence)' if each['in_a_cadence'] else ''}")
    typer.echo(f"\nLanguages: {', '.join(LANGUAGES)}. Tones: {', '.join(TONES)}. {len(FIELDS)} merge fields: --json.")


@letter_app.command()
def preview(
    number: Annotated[str, typer.Argument(help="Invoice number.")],
    letter: Annotated[str, typer.Option(help="Which letter, as `plixo letter list` names it.")] = "reminder-overdue",
    tone: Annotated[str, typer.Option(help="Formal, Neutral or Confident.")] = "Neutral",
    locale: Annotated[str | None, typer.Option(help="Another reader's language and country, such as de_AT.")] = None,
    html: Annotated[Path | None, typer.Option(help="Also write the HTML into this file.")] = None,
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Show a letter as the invoice's payer would read it today; nothing is sent and no link is made."""
    made = shell.run(
        lambda core: letter_previews.on_invoice(
            core, invoice_number=number, actor=SHELL, letter=letter, tone=tone.capitalize(), locale=locale
        )
    )
    if html is not None:
        html.write_text(made.html, encoding="utf-8")
    if as_json:
        shell.print_json(shell.plain(made))
        return
    if made.letter != letter:
        typer.echo(f"(Today this would be {made.letter}: {letter} would not be true.)", err=True)
    typer.echo(f"Subject: {made.subject}\n\n{made.text}", nl=False)


@letter_app.command()
def check(
    folder: Annotated[
        Path | None, typer.Argument(help="The folder of your own letters. Default: the one in the settings.")
    ] = None,
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Check every template, with file and line of what is wrong; exit code 1 when something is."""
    chosen = folder or shell.settings().letters_folder
    problems = letters.check(chosen)
    if as_json:
        shell.print_json({"folder": str(chosen) if chosen else None, "problems": list(problems)})
    else:
        for each in problems:
            typer.echo(each, err=True)
        if not problems:
            where = f" with those of {chosen}" if chosen else ""
            typer.echo(f"{len(KINDS)} letters in {len(LANGUAGES)} languages{where}: all in order.")
    if problems:
        raise typer.Exit(1)
