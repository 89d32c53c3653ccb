"""`plixo draft …`, `plixo preview`, `plixo veto` and `plixo nudge`: what is about to leave, and who may stop it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer

from domain.kernel.actor import SHELL
from domain.outreach import draft_edits, draft_lists, drafts, nudges, preview, vetoes
from domain.outreach.preview_lines import Line
from plixo import shell
from plixo.commands.moments import Number, Reason, listed, sums, told

draft_app = typer.Typer(no_args_is_help=True, help="Mails that wait for a person's approval.")

Draft = Annotated[UUID, typer.Argument(help="The draft's id, as `plixo draft list` shows it.")]
Step = Annotated[int, typer.Argument(min=1, help="The step's number, as `plixo preview` shows it.")]


@draft_app.command("list")
def list_drafts(
    limit: Annotated[int, typer.Option(min=1, max=100)] = 20, as_json: Annotated[bool, shell.JSON] = False
) -> None:
    """Show what waits for an approval, the longest first."""
    page = shell.run(lambda core: draft_lists.page(core, actor=SHELL, limit=limit))
    listed(
        page,
        (
            f"{each.mailing_id}  {each.letter}  {each.account_name}  {', '.join(each.invoices)}  {sums(each.amounts)}"
            f"  to {each.sent_to}\n    {', '.join(each.needs)}; {each.why}"
            for each in page.drafts
        ),
        as_json=as_json,
        empty="no draft waits for an approval",
    )


@draft_app.command()
def show(draft: Draft, as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show a draft as it would leave."""
    shown = shell.run(lambda core: draft_lists.show(core, mailing_id=draft, actor=SHELL))
    if as_json:
        shell.print_json(shell.plain(shown))
        return
    typer.echo(f"To: {shown.draft.sent_to}\nSubject: {shown.letter.subject}\n\n{shown.letter.text}")


@draft_app.command()
def approve(draft: Annotated[list[UUID], typer.Argument(help="Ids of drafts.")]) -> None:
    """Let drafts leave, after the moment in which they may be called back."""
    done = shell.run(lambda core: drafts.approve_many(core, mailing_ids=draft, actor=SHELL))
    for event in done.approved:
        typer.echo(event.told())
    for refused, why in done.refused:
        typer.echo(f"{refused}: {why}", err=True)
    if done.refused:
        raise typer.Exit(1)


@draft_app.command()
def reject(draft: Draft, reason: Reason) -> None:
    """Decide that a draft is not sent; its steps count as done."""
    told(lambda core: drafts.reject(core, mailing_id=draft, reason=reason, actor=SHELL))


@draft_app.command()
def undo(draft: Draft) -> None:
    """Call an approved mail back before it leaves."""
    told(lambda core: drafts.undo(core, mailing_id=draft, actor=SHELL))


@draft_app.command()
def edit(
    draft: Draft,
    subject: Annotated[str, typer.Option(help="The new subject.")],
    body: Annotated[typer.FileText, typer.Option(help="A file with the new text.")],
) -> None:
    """Put words of your own in the place of the letter's; somebody else has to approve them."""
    text = body.read(100_000)
    told(lambda core: draft_edits.edit(core, mailing_id=draft, subject=subject, body=text, actor=SHELL))


def show_preview(
    on: Annotated[
        datetime | None, typer.Option("--day", formats=["%Y-%m-%d"], help="Which day. Default: tomorrow.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=preview.LIMIT, help="Lines on a page.")] = 50,
    page: Annotated[int, typer.Option(min=1, help="Which page of them.")] = 1,
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Show what would leave tomorrow, to whom, and what would be held back and why."""
    day = on.date() if on is not None else None
    found = shell.run(lambda core: preview.tomorrow(core, actor=SHELL, day=day, limit=limit, page=page))
    if as_json:
        shell.print_json(shell.plain(found))
        return
    typer.echo(
        f"{found.day}: {found.leaving} leave, {found.approvals} wait for an approval, {found.held} are held back, "
        f"{found.struck} were struck out; {sums(found.asked)} asked for"
    )
    for line in found.lines:
        typer.echo(_line(line))
    if found.pages > 1:
        following = f"; `--page {found.page + 1}` shows the next" if found.page < found.pages else ""
        typer.echo(f"page {found.page} of {found.pages}{following}")


def _line(line: Line) -> str:
    step = f"step {line.step}" if line.step is not None else "no step"
    standing = line.struck or line.holds or ", ".join(line.needs) or "leaves by itself"
    return (
        f"{line.invoice_number}  {line.account_name}  {line.asks}  {line.letter} ({line.tone}), {step}, "
        f"to {', '.join(line.sent_to) or 'nobody'}\n    {standing}"
    )


def veto(number: Number, step: Step, reason: Reason) -> None:
    """Strike out one step of one invoice; it is never sent and counts as done."""
    told(lambda core: vetoes.strike(core, invoice_number=number, step=step, reason=reason, actor=SHELL))


def unveto(number: Number, step: Step) -> None:
    """Take a veto back."""
    told(lambda core: vetoes.restore(core, invoice_number=number, step=step, actor=SHELL))


def nudge(number: Number, note: Annotated[str, typer.Option(help="For the owner of the account.")] = "") -> None:
    """Send a reminder now, or as soon as no guardrail speaks against it."""
    told(lambda core: nudges.nudge(core, invoice_number=number, actor=SHELL, note=note))
