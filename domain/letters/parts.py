"""Parts: the words that all letters of a language share, and what the two layouts may show."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.letters.fields import FIELDS, Field, FieldType, Group
from domain.letters.kinds import Kind
from domain.letters.sandbox import Row

PARTS = "parts"
"""Folder of the shared words; beside it there is one folder for each letter."""

_EVERYWHERE = {name: each for name, each in FIELDS.items() if each.group is Group.ALWAYS}


def _given(*names: str) -> Mapping[str, Field]:
    return _EVERYWHERE | {name: FIELDS[name] for name in names}


_OF_LINE = ("invoice_number", "due_date", "days_overdue", "instalment_number", "instalment_count")

_ASIDE = Field("set_aside", FieldType.AMOUNT, Group.ONE, "The part that is not asked for", "€200.00")
_MORE = Field("more_count", FieldType.COUNT, Group.MANY, "How many invoices are not in the list", 12)

PART_BLOCKS: Mapping[str, Mapping[str, Field]] = {
    "greeting": _given(),
    "signoff": _given(),
    "line_title": _given(*_OF_LINE),
    "line_status": _given(*_OF_LINE),
    "line_aside": _EVERYWHERE | {"set_aside": _ASIDE},
    "line_link": _given(),
    "total": _given(),
    "also": _given(),
    "more": _EVERYWHERE | {"more_count": _MORE},
    "schedule": _given(),
    "schedule_line": _given("due_date", "instalment_number"),
    "link_note": _given(),
    "links_note": _given(),
    "reply_note": _given(),
    "opt_out": _given(),
    "opt_out_link": _given(),
}
"""The blocks of a file of shared words, each with the fields that may stand in it."""


def blocks(kind: Kind) -> Mapping[str, Mapping[str, Field]]:
    """Return the blocks of a letter's own words, each with the fields that may stand in it."""
    one = _EVERYWHERE | {name: each for name, each in FIELDS.items() if each.group in kind.groups}
    many = _EVERYWHERE | {name: each for name, each in FIELDS.items() if each.group is Group.MANY}
    closing = _EVERYWHERE if kind.of_several else one
    return {
        **dict.fromkeys(("subject", "preheader", "opening"), one),
        **(dict.fromkeys(("subject_many", "preheader_many", "opening_many"), many) if kind.of_several else {}),
        "closing": closing,
        **({"action": closing} if kind.linked else {}),
    }


@dataclass(frozen=True, slots=True)
class ShownLine(Row):
    """One invoice as both layouts show it."""

    title: str
    amount: str
    status: str
    late: str
    """``yes`` when it is overdue; empty otherwise."""
    aside: str
    """Which part of the invoice is not asked for; empty when all of it is."""
    link: str
    link_text: str


@dataclass(frozen=True, slots=True)
class ShownInstalment(Row):
    """One line of a payment plan as both layouts show it."""

    title: str
    amount: str


def _shown(says: Mapping[str, str]) -> Mapping[str, Field]:
    return {name: Field(name, FieldType.TEXT, Group.ALWAYS, text, "") for name, text in says.items()}


LAYOUT_FIELDS = _shown(
    {
        "language": "The language's code",
        "direction": "Its writing direction: ltr or rtl",
        "subject": "The subject",
        "preheader": "What a list of mails shows behind the subject",
        "greeting": "The salutation",
        "total": "The words before the sum",
        "total_due": "The sum; empty for one invoice",
        "also_heading": "The words above invoices that the letter mentions besides",
        "more": "How many more there are; empty when all are shown",
        "schedule_heading": "The words above a plan's instalments",
        "action": "What the button says; empty where there is none",
        "pay_link": "Where the button leads",
        "link_note": "How long the links work",
        "signoff": "The words before the merchant's name",
        "merchant_name": "The merchant's name",
        "merchant_contact": "The merchant's address or telephone number",
        "reply_note": "That one may simply reply",
        "opt_out": "The words before the link that ends reminders; empty in answers",
        "opt_out_text": "That link's own words",
        "opt_out_link": "Where it leads",
        "colour": "The brand's colour, such as #12634b",
        "ink": "A colour that can be read on it",
        "logo": "The address of the logo inside the mail; empty where there is none",
        "logo_width": "Its width in pixels",
    }
)
"""What ``layout.html`` and ``layout.txt`` may show."""

LAYOUT_LISTS: Mapping[str, frozenset[str]] = {
    "opening": frozenset(),
    "closing": frozenset(),
    "lines": frozenset(ShownLine.__dataclass_fields__),
    "also": frozenset(ShownLine.__dataclass_fields__),
    "schedule": frozenset(ShownInstalment.__dataclass_fields__),
}
"""What they may walk through: paragraphs and rows."""

ONLY_HTML = frozenset({"language", "direction", "subject", "preheader", "colour", "ink", "logo", "logo_width"})
"""What a plain text has no use for; everything else must stand in both layouts."""
