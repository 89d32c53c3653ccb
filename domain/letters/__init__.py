"""Letters: one folder per letter, with subject, text and HTML; rendered in a sandbox that refuses unknown fields."""

from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

FOLDER = Path(__file__).parent

LETTERS = tuple(sorted(each.name for each in FOLDER.iterdir() if (each / "body.txt").exists()))
"""Every letter that can be sent."""


LANGUAGE = "en"
"""The language of the letters; numbers and dates are written as in the reader's country, in words of this language."""


@dataclass(frozen=True, slots=True)
class Fields:
    """The merge fields of every letter, ready to be shown in the reader's language."""

    customer_name: str
    invoice_number: str
    invoice_total: str
    invoice_balance: str
    due_date: str
    days_overdue: int
    pay_link: str
    link_expires: str
    amount_paid: str
    receipt_number: str
    tone: str
    merchant_name: str
    merchant_contact: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A rendered letter: subject on one line, text and HTML saying the same."""

    subject: str
    text: str
    html: str


@cache
def _environment(html: bool) -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=html,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        auto_reload=False,
    )


def render(letter: str, fields: Fields) -> Letter:
    """Render a letter; a template that names an unknown field raises before anything is sent."""
    assert letter in LETTERS, f"no letter is called {letter}"
    values = asdict(fields)
    plain, rich = _environment(False), _environment(True)
    subject = plain.get_template(f"{letter}/subject.txt").render(values)
    return Letter(
        subject=" ".join(subject.split())[:200],
        text=plain.get_template(f"{letter}/body.txt").render(values).strip() + "\n",
        html=rich.get_template(f"{letter}/body.html").render(values),
    )
