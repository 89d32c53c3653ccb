"""Every state of a file that was handed in for an import."""

from enum import StrEnum

from domain.kernel.machine import Machine


class ImportState(StrEnum):
    """How far the file has come."""

    ASKED = "asked"
    """It is fetched and read; nobody has to do anything."""
    OPEN = "open"
    """It leaves a question open."""
    PREVIEWED = "previewed"
    APPLYING = "applying"
    APPLIED = "applied"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    FAILED = "failed"


WAITING = (ImportState.ASKED, ImportState.OPEN, ImportState.PREVIEWED)
"""Those that end by themselves when nobody decides."""

ENDED = (ImportState.APPLIED, ImportState.CANCELLED, ImportState.EXPIRED, ImportState.FAILED)

IMPORT = Machine(
    "import",
    start=ImportState.ASKED,
    moves={
        (ImportState.ASKED, "ask"): ImportState.OPEN,
        (ImportState.ASKED, "preview"): ImportState.PREVIEWED,
        (ImportState.ASKED, "fail"): ImportState.FAILED,  # no table at all, or too large
        (ImportState.ASKED, "cancel"): ImportState.CANCELLED,
        (ImportState.ASKED, "expire"): ImportState.EXPIRED,
        (ImportState.OPEN, "reread"): ImportState.ASKED,
        (ImportState.OPEN, "cancel"): ImportState.CANCELLED,
        (ImportState.OPEN, "expire"): ImportState.EXPIRED,
        (ImportState.PREVIEWED, "reread"): ImportState.ASKED,
        (ImportState.PREVIEWED, "apply"): ImportState.APPLYING,
        (ImportState.PREVIEWED, "cancel"): ImportState.CANCELLED,
        (ImportState.PREVIEWED, "expire"): ImportState.EXPIRED,
        (ImportState.APPLYING, "reread"): ImportState.ASKED,  # the ledger is another than the one of the preview
        (ImportState.APPLYING, "finish"): ImportState.APPLIED,
        (ImportState.APPLYING, "fail"): ImportState.FAILED,
    },
)
