"""YAML trees: plain values with the line of each, from a file that may be hostile.

Only the parser's events are used, and nothing is constructed from them but mappings, lists, texts, whole numbers,
booleans and nothing. Anchors, aliases, tags, directives and further documents are refused, so a small file stays
small; keys that stand twice are refused, since one of the two would be lost in silence.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)
from ruamel.yaml.events import CollectionEndEvent as End

from domain.kernel.speech import say
from domain.policies.findings import Finding, Path

MAX_CHARACTERS = 512_000
MAX_NODES = 50_000
MAX_DEPTH = 12

_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_WHOLE = re.compile(r"[-+]?(0|[1-9]\d{0,17})")
"""Numbers with leading zeros are customer numbers, and stay texts."""


class NotYaml(Exception):
    """Say why a text is no tree, and on which line (from 1)."""

    def __init__(self, line: int, text: str, path: Path = ()) -> None:
        self.line, self.finding = line, Finding(path, text)
        super().__init__(text)


@dataclass(slots=True)
class Tree:
    """A value and the lines (from 1) on which its parts stand."""

    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """Return the line of a part, or of the nearest part around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


@dataclass(slots=True)
class _Open:
    """A mapping or list that is being read."""

    value: dict[str, Any] | list[Any]
    path: Path
    key: str | None = None


def read(text: str) -> Tree:
    """Return the tree of the one document in *text*.

    Raises:
        NotYaml: It is none, is too large, or uses what a policy needs not.
    """
    if len(text) > MAX_CHARACTERS:
        raise NotYaml(1, say("the file is longer than {most} characters", most=MAX_CHARACTERS))
    reader = _Reader()
    try:
        for event in YAML(pure=True).parse(text):
            reader.take(event)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        told = say("not YAML: {fault}", fault=error.problem or error.context)
        raise NotYaml(mark.line + 1 if mark else 1, told) from None
    except YAMLError as error:
        character = getattr(error, "position", 0)
        raise NotYaml(text.count("\n", 0, character) + 1, say("holds characters that cannot be shown")) from None
    if not reader.documents:
        raise NotYaml(1, say("the file is empty"))
    return reader.tree


class _Reader:
    """Builds the tree from events, with a stack of its own: however deep a file is, nothing recurses."""

    def __init__(self) -> None:
        self.tree = Tree()
        self.documents = 0
        self._open: list[_Open] = []
        self._nodes = 0

    def take(self, event: Event) -> None:
        """Take one event of the parser."""
        line = event.start_mark.line + 1
        if isinstance(event, DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise NotYaml(line, say("a policy file holds one document"))
            if event.tags or event.version:
                raise NotYaml(line, say("directives are not used in a policy file"))
        elif isinstance(event, NodeEvent):
            self._plain_only(event, line)
            self._node(event, line)
        elif isinstance(event, End):
            self._open.pop()

    def _plain_only(self, event: NodeEvent, line: int) -> None:
        if isinstance(event, AliasEvent) or event.anchor is not None:
            told = say("anchors and aliases (& and *) are not used in a policy file; write the value out")
            raise NotYaml(line, told)
        if getattr(event, "ctag", None) is not None:
            raise NotYaml(line, say("tags (!) are not used in a policy file"))
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise NotYaml(line, say("the file holds more than {most} values", most=MAX_NODES))

    def _node(self, event: NodeEvent, line: int) -> None:
        top = self._open[-1] if self._open else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            self._key(top, event, line)
            return
        path = () if top is None else (*top.path, len(top.value) if isinstance(top.value, list) else str(top.key))
        self.tree.lines.setdefault(path, line)
        value = self._value(event, path, line)
        if top is None:
            self.tree.value = value
        elif isinstance(top.value, list):
            top.value.append(value)
        else:
            assert top.key is not None
            top.value[top.key], top.key = value, None

    def _key(self, top: _Open, event: NodeEvent, line: int) -> None:
        if not isinstance(event, ScalarEvent):
            raise NotYaml(line, say("a word to the left of a colon is a plain word"), top.path)
        key = str(event.value)
        assert isinstance(top.value, dict)
        if key in top.value:
            first = str(self.tree.lines[(*top.path, key)])
            told = say("{word} stands here a second time; the first is on line {line}", word=repr(key[:40]), line=first)
            raise NotYaml(line, told, top.path)
        self.tree.lines[(*top.path, key)] = line
        top.key = key

    def _value(self, event: NodeEvent, path: Path, line: int) -> Any:
        if isinstance(event, ScalarEvent):
            return _scalar(event)
        if len(self._open) >= MAX_DEPTH:
            raise NotYaml(line, say("more than {most} levels deep", most=MAX_DEPTH))
        value: dict[str, Any] | list[Any] = {} if isinstance(event, MappingStartEvent) else []
        assert isinstance(event, MappingStartEvent | SequenceStartEvent)
        self._open.append(_Open(value, path))
        return value


def _scalar(event: ScalarEvent) -> Any:
    text = str(event.value)
    if event.style:  # quoted, or a block of lines
        return text
    if text in _NOTHING:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    return int(text) if _WHOLE.fullmatch(text) else text
