"""Policy files: a policy as YAML that people write, keep and compare; every fault is told with its line."""

import io
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import LiteralScalarString

from domain.policies import reading, yaml_tree
from domain.policies.document import Document, as_json
from domain.policies.refusals import PolicyFileMalformed, PolicyMalformed
from domain.policies.yaml_tree import NotYaml

WIDTH = 110

_STEP_ORDER = ("day", "letter", "tone", "recipients", "approval", "escalate")
_SEGMENT_ORDER = ("name", "notes", "rule", "cadence", "mode", "daily_cap")


def read(text: str, *, name: str) -> Document:
    """Return the policy in a file's text; *name* is how the file is called in what is told about it.

    Raises:
        PolicyFileMalformed: Everything that is wrong with it, each with its line.
    """
    try:
        tree = yaml_tree.read(text.removeprefix("\ufeff"))
    except NotYaml as no:
        raise PolicyFileMalformed(name, [(no.line, no.finding)]) from None
    try:
        return reading.checked(tree.value)
    except PolicyMalformed as malformed:
        located = sorted(((tree.line(each.path), each) for each in malformed.findings), key=lambda pair: pair[0])
        raise PolicyFileMalformed(name, located) from None


def write(document: Document, *, heading: str = "") -> str:
    """Return the policy as a file's text, with *heading* as its first comment; ``read`` gives the same policy back."""
    stored = as_json(document)
    top = CommentedMap()
    top["segments"] = [_segment(each) for each in stored["segments"]]
    top["cadences"] = [_cadence(each) for each in stored["cadences"]]
    yaml = YAML()
    yaml.width = WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    for line in heading.splitlines():
        out.write(f"# {line}".rstrip() + "\n")
    yaml.dump(top, out)
    return out.getvalue()


def _segment(stored: Mapping[str, Any]) -> CommentedMap:
    segment = _ordered(stored, _SEGMENT_ORDER)
    if "\n" in segment.get("notes", ""):
        segment["notes"] = LiteralScalarString(segment["notes"])
    rule = segment.get("rule")
    if rule is not None:
        segment["rule"] = CommentedMap({name: _flow(value) for name, value in rule.items()})
    return segment


def _cadence(stored: Mapping[str, Any]) -> CommentedMap:
    cadence = CommentedMap({"name": stored["name"]})
    cadence["steps"] = [_flow(_ordered(each, _STEP_ORDER)) for each in stored["steps"]]
    return cadence


def _ordered(stored: Mapping[str, Any], order: tuple[str, ...]) -> CommentedMap:
    return CommentedMap({name: stored[name] for name in order if name in stored})


def _flow(value: Any) -> Any:
    """Return a list or mapping that is written on one line."""
    flowing: CommentedMap | CommentedSeq
    if isinstance(value, Mapping):
        flowing = CommentedMap({name: _flow(each) for name, each in value.items()})
    elif isinstance(value, list):
        flowing = CommentedSeq(_flow(each) for each in value)
    else:
        return value
    flowing.fa.set_flow_style()
    return flowing
