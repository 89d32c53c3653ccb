"""Our own source files as syntax trees, for the tests that read code instead of running it."""

import ast
import gc
import importlib
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]

PACKAGES = ("plixo", "domain", "bot", "inbound_mail", "portal", "scheduler", "sandbox")


@dataclass(frozen=True)
class Source:
    """One Python file: where it is, its text and its tree."""

    path: str
    """From the top of the repository, with slashes."""
    text: str
    tree: ast.Module

    def at(self, node: ast.AST) -> str:
        """Return ``path:line`` of a node, as editors understand it."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}"


def sources(*folders: str) -> Iterator[Source]:
    """Yield every Python file of those top-level folders, by default of our packages."""
    for folder in folders or PACKAGES:
        yield from _of(folder)


@cache
def _of(folder: str) -> tuple[Source, ...]:
    gc.disable()  # millions of nodes are made, and all of them stay
    try:
        files = sorted((ROOT / folder).rglob("*.py"))
        texts = [(file, file.read_text(encoding="utf-8")) for file in files]
        return tuple(Source(file.relative_to(ROOT).as_posix(), text, ast.parse(text)) for file, text in texts)
    finally:
        gc.freeze()
        gc.enable()


@cache
def modules(package: str) -> tuple[ModuleType, ...]:
    """Import every module of *package* and return them."""
    top = importlib.import_module(package)
    names = [each.name for each in pkgutil.walk_packages(top.__path__, f"{package}.")]
    return (top, *(importlib.import_module(name) for name in names))


def texts(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Yield every text in the code with its node; the variable parts of an f-string read as ``{}``."""
    inside: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            inside.update(node.values)
            yield node, "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in inside:
            yield node, node.value


def docstrings(tree: ast.Module) -> frozenset[str]:
    """Return every docstring of the file, as it stands there."""
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(
        node.body[0].value.value
        for node in ast.walk(tree)
        if isinstance(node, owners)
        and node.body
        and isinstance(node.body[0], ast.Expr)
        and isinstance(node.body[0].value, ast.Constant)
        and isinstance(node.body[0].value.value, str)
    )


def sql(source: Source) -> Iterator[tuple[ast.AST, str]]:
    """Yield every text that looks like SQL, with runs of blanks made one."""
    described = docstrings(source.tree)
    for node, text in texts(source.tree):
        if text not in described and re.search(r"\b(SELECT|INSERT|UPDATE|DELETE|SET|WHERE|VALUES)\b", text):
            yield node, re.sub(r"\s+", " ", text)
