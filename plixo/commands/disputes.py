"""`plixo dispute …` and `plixo credit …`: objections, what belongs to them, and what is given up because of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from domain.commitments import dispute_endings, dispute_queries, disputes, documents, evidence
from domain.commitments.dispute_endings import Outcome
from domain.commitments.dispute_events import DisputeExtended, DisputeFiled, DisputeResolved, DisputeTested
from domain.commitments.dispute_queries import DisputeView
from domain.commitments.dispute_reasons import DOCUMENTS, REASONS
from domain.commitments.documents import Upload
from domain.commitments.objections import Filing
from domain.commitments.parties import Source
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger import credits as ledger_credits
from domain.ledger.events import CreditProposed
from plixo import shell
from plixo.commands.moments import Number, Reason, amount, listed, told

dispute_app = typer.Typer(no_args_is_help=True, help="A payer's objection to all or part of an invoice.")
credit_app = typer.Typer(no_args_is_help=True, help="What the merchant gives up; approved by a second person.")

Dispute = Annotated[UUID, typer.Argument(help="The dispute's id, as `plixo dispute list` shows it.")]
Credit = Annotated[UUID, typer.Argument(help="The credit's id, as `plixo credit list` shows it.")]
Files = Annotated[
    list[str] | None,
    typer.Option("--document", help=f"`FILE` or `KIND=FILE`, once for each; kinds: {', '.join(DOCUMENTS)}."),
]


@dispute_app.command("reasons")
def list_reasons(as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show the reasons, their deadlines, and the documents that they need."""
    listed(
        REASONS,
        (
            f"{each.code:22} {each.title}; {each.hours} business hours"
            f"{'; needs ' + ', '.join(DOCUMENTS[kind] for kind in each.requires) if each.requires else ''}"
            for each in REASONS
        ),
        as_json=as_json,
        empty="none",
    )


@dispute_app.command("file")
def file_dispute(
    number: Number,
    reason: Annotated[str, typer.Argument(help="One of `plixo dispute reasons`.")],
    description: Annotated[str, typer.Option(help="What the payer says.")],
    disputed: Annotated[
        str | None, typer.Option("--amount", help="The disputed part. Default: all that is open.")
    ] = None,
    document: Files = None,
    test: Annotated[bool, typer.Option("--test", help="A test, which pauses nothing and is never counted.")] = False,
) -> None:
    """File a dispute on the payer's behalf; only the disputed part pauses."""
    uploads = _uploads(document)

    async def filed(core: Core) -> DisputeFiled | DisputeExtended | DisputeTested:
        filing = Filing(
            reason_code=reason,
            description=description,
            amount=await amount(core, disputed, invoice_number=number) if disputed is not None else None,
            documents=uploads,
            source=Source.SHELL,
            is_test=test,
        )
        return await disputes.file(core, invoice_number=number, filing=filing, actor=SHELL)

    told(filed)


@dispute_app.command("document")
def add_documents(dispute: Dispute, document: Files = None) -> None:
    """Add documents to a dispute."""
    uploads = _uploads(document)
    if not uploads:
        raise typer.BadParameter("say --document at least once")
    told(lambda core: disputes.add_documents(core, dispute_id=dispute, uploads=uploads, actor=SHELL))


@dispute_app.command("list")
def list_disputes(as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show the open disputes, the one with the nearest deadline first."""
    waiting = shell.run(dispute_queries.waiting)
    listed(waiting, map(_line, waiting), as_json=as_json, empty="no open disputes")


@dispute_app.command("show")
def show_dispute(
    dispute: Dispute,
    save: Annotated[Path | None, typer.Option(help="Folder into which the documents are written.")] = None,
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Show a dispute with its documents."""

    async def found(core: Core) -> DisputeView:
        view = await dispute_queries.dispute(core, dispute_id=dispute)
        for line in view.documents if save is not None else ():
            content = await documents.content(core, document_id=line.document_id)
            written.append((f"{line.sha256[:8]}-{Path(line.name).name}", content.body))
        return view

    written: list[tuple[str, bytes]] = []
    view = shell.run(found)
    listed(view, _card(view), as_json=as_json, empty="")
    if save is None:
        return
    save.mkdir(parents=True, exist_ok=True)
    for name, body in written:
        (save / name).write_bytes(body)


@dispute_app.command("resolve")
def resolve_dispute(
    dispute: Dispute,
    outcome: Annotated[Outcome, typer.Argument(help="How it is decided.")],
    note: Annotated[str, typer.Option(help="What the payer is told.")],
    credit: Annotated[str | None, typer.Option(help="The credit, for a part.")] = None,
) -> None:
    """Decide a dispute; accepting it proposes a credit, and it ends once that is approved."""

    async def resolved(core: Core) -> DisputeResolved | CreditProposed:
        view = await dispute_queries.dispute(core, dispute_id=dispute)
        money = await amount(core, credit, invoice_number=view.invoice_number) if credit is not None else None
        return await dispute_endings.resolve(
            core, dispute_id=dispute, outcome=outcome, note=note, actor=SHELL, credit=money
        )

    told(resolved)


@dispute_app.command("withdraw")
def withdraw_dispute(dispute: Dispute, note: Annotated[str, typer.Option(help="What was said.")] = "") -> None:
    """End a dispute that the payer gave up."""
    told(lambda core: dispute_endings.withdraw(core, dispute_id=dispute, actor=SHELL, note=note))


def show_evidence(number: Number) -> None:
    """Print an invoice's evidence pack as JSON: its whole history and its documents, for a lawyer or an agency."""
    shell.print_json(shell.plain(shell.run(lambda core: evidence.pack(core, invoice_number=number))))


@credit_app.command("list")
def list_credits(as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show the credits that wait for a decision."""
    waiting = shell.run(lambda core: ledger_credits.waiting(core, limit=100))
    listed(
        waiting,
        (
            f"{each.credit_id}  {each.invoice_number}  {each.amount}  by {each.proposed_by}: {each.reason}"
            for each in waiting
        ),
        as_json=as_json,
        empty="no credit waits for a decision",
    )


@credit_app.command("propose")
def propose_credit(
    number: Number, credited: Annotated[str, typer.Argument(metavar="AMOUNT", help="Such as 25.00.")], reason: Reason
) -> None:
    """Propose to give up a part of an invoice."""

    async def proposed(core: Core) -> CreditProposed:
        money = await amount(core, credited, invoice_number=number)
        return await ledger_credits.propose(core, invoice_number=number, amount=money, reason=reason, actor=SHELL)

    told(proposed)


@credit_app.command("approve")
def approve_credit(credit: Credit) -> None:
    """Approve a credit; the balance falls at once."""
    told(lambda core: ledger_credits.approve(core, credit_id=credit, actor=SHELL))


@credit_app.command("reject")
def reject_credit(credit: Credit, reason: Reason) -> None:
    """Decline a credit."""
    told(lambda core: ledger_credits.reject(core, credit_id=credit, reason=reason, actor=SHELL))


def _line(each: DisputeView) -> str:
    return (
        f"{each.dispute_id}  {each.reference}  {each.invoice_number}  {each.account_name}  {each.amount}  "
        f"{each.reason}; {each.sla}, due {each.sla_due_at:%Y-%m-%d %H:%M} UTC; {each.owner or 'nobody owns it'}"
    )


def _card(each: DisputeView) -> Iterator[str]:
    yield _line(each)
    yield f"{each.filed_by} by {each.source}: {each.description}"
    for line in each.documents:
        standing = f", {line.state.standing}" if line.state.standing else ""
        yield f"  {line.called}: {line.name}, {line.size_bytes} bytes{standing}"
    yield from (f"  still to come: {kind}" for kind in each.missing)
    if each.resolution:
        yield f"{each.state} by {each.resolved_by}: {each.resolution}"


def _uploads(typed: list[str] | None) -> tuple[Upload, ...]:
    return tuple(_upload(each) for each in typed or ())


def _upload(typed: str) -> Upload:
    kind, mark, rest = typed.partition("=")
    path = Path(rest if mark and kind in DOCUMENTS else typed)
    try:
        with path.open("rb") as file:
            body = file.read(documents.LARGEST + 1)
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be read ({error.strerror})") from None
    return Upload(path.name, body, kind) if mark and kind in DOCUMENTS else Upload(path.name, body)
