"""Control totals: the ageing as the merchant's own books have it, taken from a file to be compared with ours."""

from domain.ledger.control.importing import ControlOutcome, ControlTotals, apply, preview
from domain.ledger.control.layouts import AsOfMissing, ControlFile, ControlLayout
from domain.ledger.control.words import KNOWN, ControlField, Shape, template

__all__ = [
    "KNOWN",
    "AsOfMissing",
    "ControlField",
    "ControlFile",
    "ControlLayout",
    "ControlOutcome",
    "ControlTotals",
    "Shape",
    "apply",
    "preview",
    "template",
]
