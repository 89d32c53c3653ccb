"""What the generated pages are made from: life cycles, fixed numbers and commands, found where the code has them."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from typer.core import TyperArgument, TyperGroup, TyperOption

from bot.commands import COMMANDS
from bot.routes import Command
from domain.kernel.machine import Machine
from domain.people.roles import roles_with
from plixo.cli import loaded
from plixo.command_table import ENTRIES

ROOT = Path(__file__).resolve().parents[1]

FLOORS = ("kernel", "people", "ledger", "pay_links", "deliverability", "outreach", "operations")
"""The areas of the domain, lowest first; pages follow this order."""

EDGES = ("bot", "inbound_mail", "portal", "scheduler")

Table = Callable[[Iterable[str], Iterable[Iterable[str]]], str]


@dataclass(frozen=True)
class Found:
    """One transition table, and the comments that stand beside its moves."""

    machine: Machine[Any]
    reasons: Mapping[tuple[str, str], str]


@dataclass(frozen=True)
class Number:
    """One fixed number of the code with the sentence below it."""

    name: str
    value: str
    meaning: str
    path: str


def floor(module: str) -> int:
    """Return how high the module's area stands."""
    area = module.split(".")[1]
    return FLOORS.index(area) if area in FLOORS else len(FLOORS)


def module_names(ending: str) -> list[str]:
    """Return the modules of that name in all areas, lowest floor first."""
    names = [f"domain.{file.parent.name}.{ending}" for file in (ROOT / "domain").glob(f"*/{ending}.py")]
    return sorted(names, key=lambda name: (floor(name), name))


def machines() -> Iterator[Found]:
    """Yield every transition table in the order of the floors and of its file."""
    for name in module_names("states"):
        text = (ROOT / Path(*name.split("."))).with_suffix(".py").read_text(encoding="utf-8")
        for value in vars(import_module(name)).values():
            if isinstance(value, Machine):
                yield Found(value, _comments(text, type(value.start)))


def _comments(text: str, states: type[Any]) -> dict[tuple[str, str], str]:
    """Return the comment at the end of each move's line."""
    move = re.compile(
        rf'\({states.__name__}\.(\w+), "([^"]+)"\): {states.__name__}\.\w+\}}?,?\s*#\s*(.+)$', re.MULTILINE
    )
    return {(states[each[1]].value, each[2]): each[3] for each in move.finditer(text)}


def numbers() -> Iterator[Number]:
    """Yield every number and duration that a module of domain and edges fixes at its top level."""
    for file in sorted(each for folder in ("domain", *EDGES) for each in (ROOT / folder).rglob("*.py")):
        body = ast.parse(file.read_text(encoding="utf-8")).body
        for position, node in enumerate(body):
            if (named := _constant(node)) is not None and not named[0].endswith("LOCK"):
                yield Number(*named, _below(body[position + 1 :]), file.relative_to(ROOT).as_posix())


def _constant(node: ast.stmt) -> tuple[str, str] | None:
    """Return name and value of ``NAME = number`` or ``NAME = timedelta(…)``."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target, value = node.targets[0], node.value
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        target, value = node.target, node.value
    else:
        return None
    if not isinstance(target, ast.Name) or not target.id.isupper() or target.id.startswith("_"):
        return None
    parts = list(ast.walk(value))
    number = all(
        isinstance(each, ast.Constant | ast.BinOp | ast.operator | ast.UnaryOp | ast.unaryop) for each in parts
    )
    duration = isinstance(value, ast.Call) and getattr(value.func, "id", "") == "timedelta"
    text = any(isinstance(each, ast.Constant) and not isinstance(each.value, int | float) for each in parts)
    return (target.id, ast.unparse(value)) if (number or duration) and not text else None


def _below(rest: list[ast.stmt]) -> str:
    """Return the sentence that explains the constant before it."""
    for node in rest[:1]:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            return node.value.value
    return ""


def slack_commands(table: Table) -> Iterator[str]:
    """Yield one section for each command of the bot."""
    for each in COMMANDS:
        yield f"### {' '.join(each.words)}"
        yield f"`/plixo {each.usage}` {each.does}."
        yield table(("example", "who may"), [(f"`/plixo {each.example}`", who_may(each))])


def who_may(command: Command) -> str:
    """Return the roles that may try a command; those with the lesser right that is enough for a part of it, apart."""
    if command.permission is None:
        return "everybody in the workspace"
    roles = roles_with(command.permission)
    told = ", ".join(role.value for role in roles)
    partly = [role.value for role in roles_with(command.also) if role not in roles] if command.also else []
    return f"{told}; in part: {', '.join(partly)}" if partly else told


def shell_commands(table: Table) -> Iterator[str]:
    """Yield one section for each command of the shell."""
    for entry in ENTRIES:
        yield from _commands(loaded(entry), f"plixo {entry.word}", table)


def _commands(command: Any, name: str, table: Table) -> Iterator[str]:
    if isinstance(command, TyperGroup):
        for each, below in command.commands.items():
            yield from _commands(below, f"{name} {each}", table)
        return
    if command.hidden:
        return
    arguments = [each for each in command.params if isinstance(each, TyperArgument)]
    options = [each for each in command.params if isinstance(each, TyperOption) and not each.hidden]
    usage = " ".join([name, *(_word(each) for each in arguments), *(["[options]"] if options else [])])
    yield f"### `{name}`"
    yield f"`{usage}`"
    yield re.sub(r"[ ]*\n[ ]*", " ", (command.help or "").partition("\f")[0]).strip()
    rows = [(f"`{_word(each)}`", each.help or "") for each in arguments]
    rows += [
        (
            ", ".join(f"`{each}`" for each in (*option.opts, *option.secondary_opts)),
            (option.help or "") + (" Required." if option.required else ""),
        )
        for option in options
    ]
    if rows:
        yield table(("word", "meaning"), rows)


def _word(argument: TyperArgument) -> str:
    word = (argument.metavar or argument.name or "").upper() + ("…" if argument.nargs == -1 else "")
    return word if argument.required else f"[{word}]"
