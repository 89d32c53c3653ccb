"""Keys of texts: what code and templates ask for is in the catalogues, and nothing lies there that nobody asks for."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po

import portal
from portal.texts import FOLDER

HERE = Path(portal.__file__).parent

_ASKS = {"t", "texts"}
"""Names by which texts are asked for; ``t.count`` besides."""


def catalogue_keys() -> set[str]:
    found = set()
    for file in (FOLDER / "en").glob("*.po"):
        with file.open("rb") as stream:
            found |= {each.id if isinstance(each.id, str) else each.id[0] for each in read_po(stream) if each.id}
    return found


def trees() -> Iterator[ast.AST]:
    for file in HERE.glob("*.py"):
        yield ast.parse(file.read_text(encoding="utf-8"))


def templates() -> str:
    return "\n".join(each.read_text(encoding="utf-8") for each in (HERE / "templates").rglob("*.html"))


def called(node: ast.Call) -> str:
    """Return the last name of what is called; of ``t.count`` the first."""
    if isinstance(node.func, ast.Attribute):
        owner = node.func.value
        of = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
        return of if node.func.attr == "count" else node.func.attr
    return getattr(node.func, "id", "")


def asked() -> set[str]:
    """Return every key that is written out in a call for a text."""
    found = set(re.findall(r"""\bt(?:\.count)?\(\s*"([a-z0-9_]+)"\s*[,)]""", templates()))
    for tree in trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            first = node.args[0] if node.args else None
            if called(node) in _ASKS and isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.add(first.value)
            if called(node) == "say" and isinstance(what := node.args[1], ast.Constant) and isinstance(what.value, str):
                found |= {f"{what.value}_title", f"{what.value}_text"}
    return found


def named() -> set[str]:
    """Return every word that may be a key: in tables, as an argument, in a template."""
    found = set(re.findall(r'"([a-z0-9_]+)"', templates()))
    for tree in trees():
        found |= {
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
    return found


def patterns() -> set[str]:
    """Return keys that are put together, as patterns; each begins with a word of its own."""
    joined = re.findall(r'"([a-z_]+_)" ~ [a-z_.]+(?: ~ "([a-z_]+)")?', templates())
    found = {rf"{start}\w+{end}" for start, end in joined}
    for tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                parts = [
                    re.escape(str(each.value)) if isinstance(each, ast.Constant) else r"\w+" for each in node.values
                ]
                if re.match("[a-z]{3,}_", parts[0]):
                    found.add("".join(parts))
    return found | {r"method_\w+"}  # named by the ledger's table of ways to pay


def test_every_text_that_is_asked_for_is_there() -> None:
    assert asked() - catalogue_keys() == set()


def test_every_text_that_is_there_is_asked_for() -> None:
    put_together = re.compile("|".join(patterns()))

    unused = {key for key in catalogue_keys() - asked() - named() if not put_together.fullmatch(key)}

    assert unused == set()
