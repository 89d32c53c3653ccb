"""`plixo digest`: what a manager's digest would tell now, of the whole company's work."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from domain.kernel.actor import SHELL
from domain.operations import digest_words, digests, report_files
from domain.operations.digest_contents import Digest, Kind
from plixo import shell


def show_digest(
    weekly: Annotated[bool, typer.Option("--weekly", help="Of the last seven days.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write it to this file as PDF.")] = None,
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Show the digest of yesterday, or of the week, as it is now."""
    kind = Kind.WEEKLY if weekly else Kind.DAILY
    if out is not None:
        out.write_bytes(shell.run(lambda core: report_files.of_digest(core, kind, actor=SHELL)).body)
        typer.echo(f"written: {out}", err=True)
        return
    told = shell.run(lambda core: digests.now(core, kind=kind, actor=SHELL))
    if as_json:
        parts = digest_words.parts(told, named=str)
        shell.print_json(
            {
                "kind": told.kind.value,
                "first": str(told.period.first),
                "last": str(told.period.last),
                "empty": told.is_empty,
                "parts": [{"topic": each.topic.value, "lines": list(each.lines)} for each in parts],
            }
        )
        return
    for line in _lines(told):
        typer.echo(line)


def _lines(told: Digest) -> Iterator[str]:
    yield digest_words.title(told)
    if told.is_empty:
        yield "nothing happened, and nothing waits"
    for part in digest_words.parts(told, named=_printable):
        yield ""
        yield part.title
        yield from (f"  {line}" for line in part.lines)


def _printable(name: str) -> str:
    """Return a name without marks that would move the terminal's cursor."""
    return "".join(each if each.isprintable() else " " for each in name)[:80]
