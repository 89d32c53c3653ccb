"""The sandbox: templates may show fields, choose between sentences and walk the given rows, and nothing else.

Two locks one behind the other: a template whose syntax tree holds anything that is not on the list below is refused
when it is loaded, and the environment that renders it lets no attribute and no call through.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from babel import Locale
from babel.numbers import format_decimal
from jinja2 import StrictUndefined, nodes, pass_context
from jinja2.exceptions import TemplateSyntaxError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from domain.letters.fields import Field, FieldType, Group

_HARMLESS = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.CondExpr, nodes.And, nodes.Or, nodes.Not,
    nodes.Concat, nodes.Operand,
)  # fmt: skip

_COUNTS_ONLY = frozenset({"gt", "gteq", "lt", "lteq"})


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list that a layout may walk through; all of it is shown as it is."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a template, and in which line."""

    line: int
    says: str


class Sandbox(ImmutableSandboxedEnvironment):
    """A Jinja environment without functions, tests and filters but one."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Let only the columns of our own frozen rows through."""
        del value
        return isinstance(obj, Row) and attr in type(obj).__dataclass_fields__

    def is_safe_callable(self, obj: Any) -> bool:
        """Let nothing be called."""
        del obj
        return False


@cache
def environment(*, html: bool) -> Sandbox:
    """Return the environment; in *html* every value is escaped."""
    sandbox = Sandbox(
        undefined=StrictUndefined,
        autoescape=html,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=(),
    )
    sandbox.globals = {}
    sandbox.tests = {}
    sandbox.filters = {"counted": _counted}
    return sandbox


@pass_context
def _counted(context: Context, number: int, one: str, other: str) -> str:
    """Write a number with its noun in the form that the language wants: 1 day, 2 days."""
    return _written(number, one, other, str(context["language"]))


@lru_cache(maxsize=4096)
def _written(number: int, one: str, other: str, language: str) -> str:
    form = one if Locale(language).plural_form(abs(number)) == "one" else other
    return f"{format_decimal(number, locale=language)}\u00a0{form}"


def faults(
    source: str,
    *,
    blocks: Mapping[str, Mapping[str, Field]],
    lists: Mapping[str, frozenset[str]] | None = None,
    whole: Mapping[str, Field] | None = None,
) -> list[Fault]:
    """Return what is wrong with a template.

    Args:
        source: Its text.
        blocks: The blocks that it must have, each with the fields that may stand in it.
        lists: Names of the lists that it may walk through, each with the columns of its rows.
        whole: For a template without blocks: the fields that may stand anywhere.
    """
    try:
        tree = environment(html=False).parse(source)
    except TemplateSyntaxError as error:
        return [Fault(error.lineno, f"not a template: {error.message}")]
    if whole is not None:
        return sorted(_Reader(whole, lists or {}).faults(tree), key=lambda each: each.line)
    return sorted(_of_blocks(tree, blocks), key=lambda each: each.line)


def shown(source: str) -> frozenset[str]:
    """Return the names of the fields that a template shows or asks for."""
    return frozenset(each.name for each in environment(html=False).parse(source).find_all(nodes.Name))


def _of_blocks(tree: nodes.Template, blocks: Mapping[str, Mapping[str, Field]]) -> Iterator[Fault]:
    found = {}
    for node in tree.body:
        if isinstance(node, nodes.Block):
            found[node.name] = node
        elif not (isinstance(node, nodes.Output) and _blank(node)):
            yield Fault(node.lineno, "stands outside of every block and would never be shown")
    for name, block in found.items():
        if name not in blocks:
            yield Fault(block.lineno, f"there is no block {name!r} here; there are: {', '.join(blocks)}")
            continue
        for node in block.body:
            yield from _Reader(blocks[name], {}).faults(node)
    for name in blocks:
        if name not in found:
            yield Fault(1, f"the block {name!r} is missing")


def _blank(node: nodes.Output) -> bool:
    return all(isinstance(each, nodes.TemplateData) and not each.data.strip() for each in node.nodes)


class _Reader:
    """Walks one part of a template in which the same fields may stand."""

    def __init__(self, fields: Mapping[str, Field], lists: Mapping[str, frozenset[str]]) -> None:
        self._fields, self._lists = fields, lists
        self._rows: dict[str, frozenset[str]] = {}

    def faults(self, node: nodes.Node) -> Iterator[Fault]:
        """Yield what is wrong with the node and all below it."""
        match node:
            case nodes.Name():
                yield from self._name(node)
            case nodes.Const():
                if not isinstance(node.value, str | int):
                    yield Fault(node.lineno, "only texts and whole numbers may be written out")
            case nodes.Filter():
                yield from self._filter(node)
            case nodes.Compare():
                yield from self._compare(node)
            case nodes.For():
                yield from self._loop(node)
            case nodes.Getattr():
                yield from self._column(node)
            case _ if isinstance(node, _HARMLESS):
                for child in node.iter_child_nodes():
                    yield from self.faults(child)
            case _:
                yield Fault(node.lineno, f"{type(node).__name__.lower()} is not possible in a letter")

    def _name(self, node: nodes.Name) -> Iterator[Fault]:
        if node.name in self._lists:
            return
        if self._rows.get(node.name):
            yield Fault(node.lineno, f"a row is shown column by column: {', '.join(sorted(self._rows[node.name]))}")
        elif node.name not in self._fields:
            yield Fault(
                node.lineno, f"there is no field {node.name!r} here; there are: {', '.join(sorted(self._fields))}"
            )

    def _filter(self, node: nodes.Filter) -> Iterator[Fault]:
        words = [each.value for each in node.args if isinstance(each, nodes.Const) and isinstance(each.value, str)]
        if node.name != "counted" or len(words) != 2 or len(node.args) != 2 or node.kwargs:
            yield Fault(
                node.lineno, 'the only filter is counted, with two words: days_overdue | counted("day", "days")'
            )
        elif not self._is(node.node, FieldType.COUNT):
            yield Fault(node.lineno, "only a field that is a count can be counted")
        if node.node is not None:
            yield from self.faults(node.node)

    def _compare(self, node: nodes.Compare) -> Iterator[Fault]:
        yield from self.faults(node.expr)
        field = self._field(node.expr)
        for each in node.ops:
            yield from self.faults(each.expr)
            value = each.expr.value if isinstance(each.expr, nodes.Const) else None
            if field is None or value is None or each.op not in _COUNTS_ONLY | {"eq", "ne"}:
                yield Fault(node.lineno, "a comparison is between one field and one written value")
            elif field.type is FieldType.COUNT:
                if not isinstance(value, int):
                    yield Fault(node.lineno, f"{field.name} is a count and is compared with whole numbers")
            elif field.type is not FieldType.CHOICE or each.op in _COUNTS_ONLY:
                yield Fault(node.lineno, f"{field.name} cannot be compared; it can be asked whether it is empty")
            elif value not in field.choices:
                yield Fault(node.lineno, f"{field.name} is never {value!r}; it is one of: {', '.join(field.choices)}")

    def _loop(self, node: nodes.For) -> Iterator[Fault]:
        over = node.iter.name if isinstance(node.iter, nodes.Name) else ""
        if over not in self._lists or not isinstance(node.target, nodes.Name) or self._rows or node.recursive:
            yield Fault(node.lineno, f"a loop walks through one of: {', '.join(self._lists) or 'nothing here'}")
            return
        name = node.target.name
        self._rows = {name: self._lists[over]}
        fields, self._fields = self._fields, {**self._fields, name: Field(name, FieldType.TEXT, Group.ALWAYS, "", "")}
        for child in (*node.body, *node.else_, *([node.test] if node.test else [])):
            yield from self.faults(child)
        self._rows, self._fields = {}, fields

    def _column(self, node: nodes.Getattr) -> Iterator[Fault]:
        row = node.node.name if isinstance(node.node, nodes.Name) else ""
        if row not in self._rows:
            yield Fault(node.lineno, f"a field has no parts; .{node.attr} is not possible")
        elif node.attr not in self._rows[row]:
            yield Fault(node.lineno, f"a row has no {node.attr!r}; it has: {', '.join(sorted(self._rows[row]))}")

    def _field(self, node: nodes.Node | None) -> Field | None:
        return self._fields.get(node.name) if isinstance(node, nodes.Name) else None

    def _is(self, node: nodes.Node | None, wanted: FieldType) -> bool:
        field = self._field(node)
        return field is not None and field.type is wanted
