"""Reject files: the log of an import beside its file, replaced by the next one and never by accident."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import BinaryIO

import typer

from domain.ledger.csv_import import absences, rejects


def require_free(log: Path, *, source: Path) -> None:
    """Let the import go on when its list would overwrite nothing but an earlier one; else end with code 1."""
    if log.exists() and (log.is_dir() or log.resolve() == source.resolve() or not _is_list(_head(log))):
        typer.echo(
            f"{log} exists and is no list of an import. Move it, or name another place with --rejects.", err=True
        )
        raise typer.Exit(1)


def _is_list(head: bytes) -> bool:
    return rejects.is_log(head) or absences.is_list(head)


def replace(log: Path, rejected: BinaryIO, *, dry_run: bool) -> Path | None:
    """Write the log in one step and return where it is; an import without rejected rows removes an earlier one."""
    size = rejected.seek(0, os.SEEK_END)
    rejected.seek(0)
    if not size:
        if not dry_run:
            _cleared(log)
        return None
    draft = log.with_name(f"{log.name}.{os.getpid()}.part")
    try:
        with draft.open("wb") as out:
            shutil.copyfileobj(rejected, out)
        draft.replace(log)
    except OSError as error:
        draft.unlink(missing_ok=True)
        return _elsewhere(log, rejected, error)
    return log


def _cleared(log: Path) -> None:
    try:
        log.unlink(missing_ok=True)
    except OSError as error:
        typer.echo(f"{log} is of an earlier import and could not be removed ({error.strerror}).", err=True)


def _elsewhere(log: Path, rejected: BinaryIO, error: OSError) -> Path:
    """Keep the log where it can be written, since the import itself is done."""
    rejected.seek(0)
    with tempfile.NamedTemporaryFile("wb", prefix="plixo-rejects-", suffix=".csv", delete=False) as out:
        shutil.copyfileobj(rejected, out)
    typer.echo(f"{log} could not be written ({error.strerror}); the rejected rows are in {out.name}.", err=True)
    return Path(out.name)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(100)
