"""`plixo import pdfs`: the merchant's invoices as PDF files, each named by its invoice's number."""

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger import invoice_papers
from domain.ledger.invoice_papers import Added, Paper
from domain.ledger.refusals import PaperUnusable
from plixo import shell


def take(
    paths: Annotated[list[Path], typer.Argument(exists=True, help="PDF files, or folders of them.")],
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Take in invoices as PDF files that payers can download; each file is called by its number, as INV-1042.pdf."""
    files = list(_files(paths))
    refused: list[str] = []

    async def added(core: Core) -> list[Added]:
        done = []
        for some in _pages(files, invoice_papers.AT_ONCE):
            papers = []
            for file in some:
                try:
                    papers.append(Paper(file.stem, invoice_papers.checked(file.name, file.read_bytes())))
                except PaperUnusable as no:
                    refused.append(str(no))
                except OSError as error:
                    refused.append(f"{file.name!r} was not taken: it cannot be read ({error.strerror}).")
            done.append(await invoice_papers.add(core, papers=papers, actor=SHELL))
        return done

    done = shell.run(added)
    result = {
        "added": list(chain.from_iterable(each.added for each in done)),
        "same": list(chain.from_iterable(each.same for each in done)),
        "unknown": list(chain.from_iterable(each.unknown for each in done)),
        "refused": refused,
    }
    if as_json:
        shell.print_json(result)
    else:
        _tell(result)
    if refused or result["unknown"]:
        raise typer.Exit(1)


def _tell(result: dict[str, list[str]]) -> None:
    typer.echo(f"{len(result['added'])} added, {len(result['same'])} on file already")
    for number in result["unknown"]:
        typer.echo(f"no invoice is called {number}", err=True)
    for sentence in result["refused"]:
        typer.echo(sentence, err=True)


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(file for file in path.rglob("*") if file.suffix.lower() == ".pdf" and file.is_file())
        else:
            yield path


def _pages(files: Sequence[Path], size: int) -> Iterator[Sequence[Path]]:
    for start in range(0, len(files), size):
        yield files[start : start + size]
