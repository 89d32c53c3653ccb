"""Score the trimming of answers on the samples: how often the new text is what was expected, white space folded."""

import json
from dataclasses import dataclass
from pathlib import Path

from domain.deliverability.reading import mime
from domain.deliverability.replies import body, trimming
from tests.shared_data import sample_path

GOAL = 0.9
STRICT, PLAIN = "trimmer", "talon"
"""The samples' sets: in the strict one the signature must go, in the plain one it may stay."""


@dataclass(frozen=True, slots=True)
class Score:
    """How many answers were trimmed as expected."""

    strict: float
    plain: float
    files: int
    wrong: tuple[str, ...]
    """Names of the files that were not."""

    def goals(self) -> list[tuple[str, str, str, bool]]:
        """Return lines of the table of goals: what, reached, goal, whether it is reached."""
        found = (("replies trimmed exactly, strict", self.strict), ("… where a signature may stay", self.plain))
        return [(what, f"{got:.1%}", f"≥ {GOAL:.1%}", got >= GOAL) for what, got in found]


def score(folder: Path | None = None) -> Score:
    """Trim every sample answer in the folder of mails."""
    folder = folder or sample_path("mail")
    right: dict[str, list[bool]] = {STRICT: [], PLAIN: []}
    wrong = []
    expected = json.loads((folder / "expected-replies.json").read_text(encoding="utf-8"))
    for name, told in expected.items():
        raw = (folder / "replies" / name).read_bytes()
        text = body.readable(mime.opened(raw)) if name.endswith(".eml") else raw.decode("utf-8", "replace")
        trimmed = trimming.trim(text)
        got = trimmed.new if told["set"] == STRICT else f"{trimmed.new} {trimmed.signature}"
        right[told["set"]].append(_folded(got) == _folded(told["reply"]))
        if not right[told["set"]][-1]:
            wrong.append(name)
    return Score(_share(right[STRICT]), _share(right[PLAIN]), len(expected), tuple(wrong))


def _folded(text: str) -> str:
    return " ".join(text.split())


def _share(found: list[bool]) -> float:
    return sum(found) / len(found) if found else 0.0
