"""`plixo mail …`: read mail files without storing them, and work with the mail that came in."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer

from domain.deliverability import cases, inbound, queries, reading, triage
from domain.deliverability.events import MailSeen
from domain.deliverability.reading import Kind, Reading, found_addresses, mime, returned, rules
from domain.deliverability.states import InboundState
from domain.deliverability.triage import Act
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from plixo import runtime, shell
from plixo.commands.moments import told
from plixo.database import DatabaseUnreachable
from plixo.keys import KeysMalformed
from plixo.migrations import SchemaBehind

mail_app = typer.Typer(no_args_is_help=True, help="Read mail files, and work with the mail that came in.")

ENVELOPE_HEADERS = (
    "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-gm-original-to", "x-rcpt-to", "resent-to", "to",
    "cc",
)  # fmt: skip
"""Where a stored mail may tell to which address it was sent; the product itself has the envelope."""

SHORT = 8
"""Signs of an id that lists show; they are enough to name a mail by."""

MailId = Annotated[str, typer.Argument(help="Id of a stored mail as lists show it, or its beginning.")]


@mail_app.command()
def read(
    paths: Annotated[list[Path], typer.Argument(exists=True, help="Mail files, or folders that hold `.eml` files.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line instead of a table.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Add what speaks for each reading.")] = False,
) -> None:
    """Read mail files without storing anything, and say what the running product would do."""
    show = _json_line if as_json else _text_line

    async def all_of_them() -> None:
        async with AsyncExitStack() as stack:
            product = _Product(stack)
            for path in _files(paths):
                sys.stdout.write(show(await _line(path, product, explain=explain)) + "\n")

    shell.guarded(all_of_them)


@mail_app.command("list")
def list_mails(
    as_json: Annotated[bool, shell.JSON] = False,
    unread: Annotated[bool, typer.Option("--unread", help="Only what nobody has dealt with.")] = False,
    quarantined: Annotated[bool, typer.Option("--quarantined", help="Only what could not be read.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=queries.MAX_LISTED, help="How many, newest first.")] = 50,
) -> None:
    """Show the mail that came in, newest first."""
    state = InboundState.QUARANTINED.value if quarantined else None
    lines = shell.run(lambda core: queries.mails(core, unread=unread, state=state, limit=limit))
    if as_json:
        shell.print_json([shell.plain(line) for line in lines])
        return
    for line in lines:
        mark = "unread" if line.unread else ""
        about = line.invoice_number or "-"
        what = line.kind or line.state
        typer.echo(
            f"{str(line.id)[:SHORT]}  {line.received_at:%Y-%m-%d %H:%M}  {mark:6}  {what:11}  {about:14}  {line.note}"
        )


@mail_app.command()
def show(mail_id: MailId, as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show one stored mail whole, with its reading."""

    async def read_it(core: Core) -> queries.MailShown:
        return await queries.mail(core, mail_id=str(await queries.named(core, text=mail_id)))

    found = shell.run(read_it)
    told = {
        **shell.plain(found.line),
        "envelope_from": found.envelope_from,
        "sent_to": list(found.sent_to),
        "reading": found.reading.as_json() if found.reading else None,
        "attachments": [shell.plain(each) for each in found.attachments],
        "authentication": found.authentication.as_json() if found.authentication else None,
    }
    if as_json:
        shell.print_json({**told, "body": mime.plain(found.body)})
        return
    for each in found.attachments:
        told[f"attachment {each.index + 1}"] = f"{each.name}, {each.type}, {each.size:,} bytes"
    del told["attachments"]
    for name, value in told.items():
        typer.echo(f"{name.replace('_', ' ')}: {json.dumps(value, ensure_ascii=False, default=str)}")
    typer.echo("")
    typer.echo(mime.plain(found.body))


@mail_app.command()
def seen(mail_id: MailId) -> None:
    """Take a mail off the unread ones: somebody has dealt with it."""

    async def done(core: Core) -> MailSeen | None:
        return await inbound.seen(core, mail_id=str(await queries.named(core, text=mail_id)), actor=SHELL)

    told(done, nothing="somebody had dealt with it before")


class _Product:
    """The running product, opened only when a mail holds what may be a token of ours."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack
        self._core: Core | None = None
        self._tried = False

    async def core(self) -> Core | None:
        """Return the core, or None where there is no database to ask; that is said once on standard error."""
        if not self._tried:
            self._tried = True
            settings = shell.settings()
            if settings.database_url is None and not (settings.data_dir / "postgres").exists():
                self._without("there is none in the data folder")
                return None
            try:
                self._core = await self._stack.enter_async_context(
                    runtime.for_one_command(settings, clock=shell.demo_clock(settings))
                )
            except (DatabaseUnreachable, SchemaBehind, KeysMalformed, psycopg.Error, OSError) as no:
                self._without(str(no))
        return self._core

    def _without(self, why: str) -> None:
        typer.echo(f"No database ({why}), so no token can be traced to a mail of ours.", err=True)

    async def suppressed(self, found: Reading, sent_to: tuple[str, ...]) -> list[str]:
        """Return which addresses the product would suppress for this mail."""
        if not returned.tokens(" ".join((*sent_to, *found.tokens)).encode("utf-8", "replace")):
            return []
        core = await self.core()
        if core is None:
            return []
        now = core.clock.now()
        case = await cases.gathered(core, core.database, reading=found, sent_to=sent_to, arrived=now)
        decision = triage.decide(case)
        return [decision.mailed.address.lower()] if decision.act is Act.SUPPRESS and decision.mailed else []


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(path.rglob("*.eml")) if path.is_dir() else [path]


async def _line(path: Path, product: _Product, *, explain: bool) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            raw = file.read(mime.MAX_BYTES)
        found = reading.read(raw)
        sent_to = _sent_to(raw)
    except Exception as error:  # the rim: one odd file must not end the reading of a folder
        found, sent_to = Reading(Kind.OTHER, "unreadable", because=(type(error).__name__,)), ()
    told: dict[str, Any] = {
        "file": str(path),
        "kind": found.kind.value,
        "recipients": [each.address for each in found.recipients],
        "hard": found.hard,
        "feedback_type": found.feedback_type,
        "suppress": await product.suppressed(found, sent_to),
        "rule": found.rule,
    }
    if explain:
        heard = [each for each in (*found.recipients, found.unnamed) if each is not None]
        told |= {
            "because": list(found.because),
            "verdicts": [
                {
                    "recipient": each.address,
                    "reason": each.reason.value,
                    "status": each.status,
                    "hard": each.hard,
                    "derived": each.derived,
                    "because": list(each.because),
                    "said": each.diagnostic,
                }
                for each in heard
            ],
            "message_ids": list(found.message_ids),
            "said_on": found.said_on.isoformat() if found.said_on else None,
            "left": found.left,
            "successor": found.successor,
            "back_on": found.back_on.isoformat() if found.back_on else None,
        }
    return told


def _sent_to(raw: bytes) -> tuple[str, ...]:
    if b"+" not in raw[: mime.MAX_HEADER_BYTES]:
        return ()  # no address of ours can be in it
    headers, _ = mime.split(raw)
    return tuple(address for name in ENVELOPE_HEADERS for value in headers.all(name)
                 for address in found_addresses.in_text(value))  # fmt: skip


def _json_line(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")


def _text_line(told: dict[str, Any]) -> str:
    dead = {True: "dead", False: "alive", None: ""}[told["hard"]]
    about = told["feedback_type"] or ", ".join(told["recipients"])
    suppress = f"  would suppress {', '.join(told['suppress'])}" if told["suppress"] else ""
    line = f"{Path(told['file']).name:24} {told['kind']:10} {dead:5} {told['rule']:20} {about}{suppress}"
    return "\n".join([line.rstrip(), *_explained(told)])


def _explained(told: dict[str, Any]) -> list[str]:
    """Return the lines that ``--explain`` adds: the rule's sentence, what spoke for it, and a verdict each."""
    if "verdicts" not in told:
        return []
    says = next((rule.says for rule in rules.RULES if rule.name == told["rule"]), "")
    lines = [f"rule: {says}"] if says else []
    if told["because"]:
        lines.append(f"because: {', '.join(told['because'])}")
    for each in told["verdicts"]:
        dead = "dead" if each["hard"] else "alive"
        said = f"{dead}, {each['reason']} {each['status']}" if told["feedback_type"] is None else told["feedback_type"]
        derived = ", derived" if each["derived"] else ""
        lines.append(f"{each['recipient'] or 'nobody named'}: {said.rstrip()}{derived}")
        lines += [f"  because: {'; '.join(each['because'])}"] if each["because"] else []
        lines += [f"  said: {each['said'][:160]}"] if each["said"] else []
    lines += [f"left: {told['successor'] or 'no new contact named'}"] if told["left"] else []
    lines += [f"back on: {told['back_on']}"] if told["back_on"] else []
    return [f"    {line}" for line in lines]
