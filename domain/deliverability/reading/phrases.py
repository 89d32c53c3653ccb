"""Phrases: the words of refusing servers and reporting mail systems, read from the table ``phrases.txt``."""

from importlib import resources

from domain.deliverability.reading.readings import Reason


def _table() -> dict[str, tuple[str, ...]]:
    """Read the file: a name in brackets, then its phrases; quotes keep a space at either end."""
    found: dict[str, list[str]] = {}
    section: list[str] = []
    for line in (resources.files(__package__) / "phrases.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and line.endswith("]"):
            section = found.setdefault(line[1:-1], [])
        elif line.strip() and not line.startswith("#"):
            section.append(line[1:-1] if line.startswith('"') and line.endswith('"') else line.strip())
    return {name: tuple(dict.fromkeys(phrases)) for name, phrases in found.items()}


_TABLE = _table()

UNKNOWN_USER = _TABLE["user unknown"]
"""Nobody is there, says some server."""

CERTAIN = _TABLE["user unknown, certain"]
"""Nobody is there, says the recipient's own directory: no second witness is needed."""

REASONS = tuple(
    (phrase, Reason(name))
    for name, phrases in _TABLE.items()
    if name in {each.value for each in Reason} and name != Reason.USER_UNKNOWN
    for phrase in phrases
)
"""Every other phrase of a reason, in the order of the file; the first one in a text counts."""

CHALLENGES = _TABLE["challenge"]
FAILURE_SUBJECTS = _TABLE["subject of a report"]
FAILURE_TEXTS = _TABLE["text of a report"]
DELAY_TEXTS = _TABLE["text of a delay"]
DELAY_SUBJECTS = _TABLE["subject of a delay"]
FINAL_TEXTS = _TABLE["text of a final failure"]
